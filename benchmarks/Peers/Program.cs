using System.CommandLine;
using PPYolo.Peers.Groups;
using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects;
using PPYolo.Train.Runtime;
using TorchSharp;

const string threadsVariable = "PPYOLO_PEERS_THREADS";
if (args is [SubjectList.ChildCommand, ..])
{
    MemoryAllocator.Preload();
}

NativeEnvironment.Prepare();
if (args is [SubjectList.ChildCommand, var subjectName, .. var subjectArguments])
{
    torch.set_num_threads(
        int.Parse(Environment.GetEnvironmentVariable(threadsVariable)!, System.Globalization.CultureInfo.InvariantCulture)
    );
    using var subject = SubjectList.Create(subjectName, subjectArguments);
    Rounds.Serve(subject);
    return 0;
}

var actions = new Dictionary<string, Action<MeasuringPlan>>
{
    ["check"] = TwinCheck.Run,
    ["step"] = StepContest.Run,
    ["watch"] = StepContest.Watched,
    ["recorder"] = RecorderContest.Run,
    ["kernels"] = KernelContest.Run,
    ["tools"] = ToolContest.Run,
    ["scale"] = StepContest.Scale,
};
var groups = new Argument<string[]>("GROUP")
{
    Description = "What to measure, in this order; all unless given.",
    Arity = ArgumentArity.ZeroOrMore,
};
groups.AcceptOnlyFromAmong([.. actions.Keys]);
var rounds = new Option<int>("--rounds") { Description = "Rounds of each contest.", DefaultValueFactory = _ => 7 };
var threads = new Option<int>("--threads")
{
    Description = "Threads of each contestant.",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
var size = new Option<int>("--size") { Description = "The side of the images of the step in pixels.", DefaultValueFactory = _ => 416 };
var batch = new Option<int>("--batch") { Description = "The images of a step.", DefaultValueFactory = _ => 8 };
var python = new Option<string>("--python")
{
    Description = "A Python 3 with torch, torchvision and NumPy; what lacks them is left out, unless you name one.",
    DefaultValueFactory = _ => PythonScripts.StandardInterpreter,
};
var command = new RootCommand("Measures PPYolo against what one would otherwise use, in turn.")
{
    groups,
    rounds,
    threads,
    size,
    batch,
    python,
};
command.SetAction(result =>
{
    var folder = Directory.CreateTempSubdirectory("ppyolo-peers-");
    try
    {
        var plan = new MeasuringPlan(
            result.GetValue(rounds),
            result.GetValue(threads),
            result.GetValue(size),
            result.GetValue(batch),
            new(result.GetValue(python)!, named: result.GetResult(python) is { Implicit: false }),
            folder.FullName
        );
        // Children inherit these; OMP_NUM_THREADS is for NumPy and OpenBLAS, which are not told otherwise.
        Environment.SetEnvironmentVariable(threadsVariable, FormattableString.Invariant($"{plan.Threads}"));
        Environment.SetEnvironmentVariable("OMP_NUM_THREADS", FormattableString.Invariant($"{plan.Threads}"));
        var exit = 0;
        foreach (var group in result.GetValue(groups) is { Length: > 0 } chosen ? chosen : [.. actions.Keys])
        {
            try
            {
                actions[group](plan);
            }
            catch (NotCheckedException exception)
            {
                // The other groups mean as much without it.
                Console.Error.WriteLine($"peers: {exception.Message}");
                exit = 2;
            }
        }

        return exit;
    }
    catch (ContestException exception)
    {
        Console.Error.WriteLine($"peers: {exception.Message}");
        return 1;
    }
    finally
    {
        folder.Delete(recursive: true);
    }
});
return command.Parse(args).Invoke();
