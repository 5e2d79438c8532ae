using System.Diagnostics;
using System.Globalization;
using System.Text;
using PPYolo.Align;
using PPYolo.Tests.Distributed.Worker;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runtime;
using static TorchSharp.torch;
using CpuPath = PPYolo.Kernels.Memory.CpuPath;

// What to do, which rank does something else, the timeout in seconds, megabytes to time with, ranks in threads; more is only a name.
NativeEnvironment.Prepare();

// mpirun's pipes look like a terminal, to which .NET would first send the sequence that sets one up.
Environment.SetEnvironmentVariable("TERM", "dumb");
var what = args[0];
var odd = int.Parse(args.ElementAtOrDefault(1) ?? "-1", CultureInfo.InvariantCulture);
var timeout = TimeSpan.FromSeconds(double.Parse(args.ElementAtOrDefault(2) ?? "25", CultureInfo.InvariantCulture));
var options = new RanksOptions
{
    Timeout = timeout,
    Ranks = args.ElementAtOrDefault(4) is { Length: > 0 } ranks ? int.Parse(ranks, CultureInfo.InvariantCulture) : null,
};
MpiRanks.LastWords = what.StartsWith("send", StringComparison.Ordinal) ? () => "epoch0007.pth is whole" : null;
try
{
    Console.Out.Write(RankLauncher.Run(options, Body)[0]);
    return 0;
}
catch (AlignException exception)
{
    Console.Error.WriteLine($"ppyolo: {exception.Message}");
    return 2;
}

string Body(IRanks ranks)
{
    if (what is "describe" or "copied")
    {
        using var path = what == "copied" ? CpuPath.Close(kernels: false, memory: true) : null;
        return All(ranks, string.Join("", Work.Describe(ranks).Split('\n').Select(line => $"rank {ranks.Rank} of {ranks.Size}: {line}\n")));
    }

    if (what == "where")
    {
        return All(ranks, $"rank {ranks.Rank} of {ranks.Size}, local {ranks.LocalRank}, on {Environment.MachineName}\n");
    }

    if (what == "time")
    {
        return Time(ranks);
    }

    ranks.Barrier("start");
    using var tensor = ones(100_000);
    for (var i = 0; i < 3; i++)
    {
        ranks.Sum("warm-up", tensor);
    }

    if (ranks.Rank == odd)
    {
        switch (what)
        {
            case "null":
                // .NET makes this exception from a signal that the MPI library might have taken.
                string? nothing = args.Length > 99 ? "" : null;
                return nothing!.ToString();
            case "throw":
                throw new AlignException("batch 7 is empty");
            case "kill":
                Process.GetCurrentProcess().Kill();
                break;
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "slow":
                for (var clock = Stopwatch.StartNew(); clock.Elapsed < 3 * timeout; )
                {
                    Thread.SpinWait(10_000);
                }

                break;
            case "exit":
                Environment.Exit(5);
                break;
            case "early":
                return "";
            case "send TERM to a rank":
                Send("TERM", Environment.ProcessId);
                Thread.Sleep(Timeout.Infinite);
                break;
            case "send INT to the launcher" or "send TERM to the launcher" or "send HUP to the launcher":
                Send(what.Split(' ')[1], Launcher());
                break;
            case "shape":
                using (var other = ones(100_001))
                {
                    ranks.Sum("gradients", other);
                }

                break;
            case "call":
                ranks.Barrier("epoch");
                break;
        }
    }

    do
    {
        ranks.Sum("gradients", tensor);
    } while (what.EndsWith("launcher", StringComparison.Ordinal));

    return $"rank {ranks.Rank} done\n";
}

static void Send(string signal, int process)
{
    using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
    kill.WaitForExit();
}

// The parent is the second number behind the program's name, which stands in brackets.
static int Launcher() => int.Parse(File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[1], CultureInfo.InvariantCulture);

string Time(IRanks ranks)
{
    var megabytes = int.Parse(args.ElementAtOrDefault(3) ?? "100", CultureInfo.InvariantCulture);
    using var tensor = ones(megabytes * 250_000L);
    using var small = ones(256);
    var best = double.MaxValue;
    for (var i = 0; i < 8; i++)
    {
        ranks.Barrier("go");
        var clock = Stopwatch.StartNew();
        ranks.Sum("large", tensor);
        best = Math.Min(best, clock.Elapsed.TotalMilliseconds);
    }

    const int rounds = 2000;
    var many = Stopwatch.StartNew();
    for (var i = 0; i < rounds; i++)
    {
        ranks.Sum("small", small);
    }

    return All(
        ranks,
        $"rank {ranks.Rank} of {ranks.Size}: {megabytes} MB in {best:F1} ms, 1 KB in {many.Elapsed.TotalMicroseconds / rounds:F1} us\n"
    );
}

// Rank 0 writes for all: the launcher would mix the lines of several.
static string All(IRanks ranks, string text)
{
    var all = ranks.Gather("answers", Encoding.UTF8.GetBytes(text));
    return ranks.Rank == 0 ? string.Join("", all.Select(answer => Encoding.UTF8.GetString(answer))) : "";
}
