using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects.Steps;

namespace PPYolo.Peers.Groups;

/// <summary>What python/ppyolo_record.py adds to a step of the Python twin: with its kernel in C, and without a compiler.</summary>
internal static class RecorderContest
{
    private const string Plain = "Python twin, eager",
        WithKernel = "recorded, kernel in C",
        WithoutCompiler = "recorded, NumPy alone";

    public static void Run(MeasuringPlan plan)
    {
        if (!plan.Python.Offers("the Python recorder", "numpy", "torch", "torchvision"))
        {
            return;
        }

        var weights = StepWork.WriteWeights(plan.PathOf("step.pth"));
        var batch = StepWork.WriteBatch(plan.PathOf("batch.npz"), plan.Batch, plan.Size);
        // As a user starts it: torch's waiting threads spin.
        Contestant Twin(string name, string kernel, string script, params IEnumerable<object> folder) =>
            plan.Python.Contestant(name, script, [weights, batch, StepWork.RatePerImage, plan.Threads, .. folder]) with
            {
                Environment = new Dictionary<string, string> { ["PPYOLO_RECORD_KERNEL"] = kernel },
            };
        var results = Contest.Run(
            plan.Rounds,
            Twin(Plain, "1", "step.py"),
            Twin(WithKernel, "1", "recorded_step.py", plan.PathOf("kernel")),
            Twin(WithoutCompiler, "0", "recorded_step.py", plan.PathOf("numpy"))
        );
        foreach (var (recorded, wanted) in new[] { (results[1], 1.1), (results[2], 1.35) })
        {
            Console.WriteLine(
                ContestTable.Format(
                    $"{recorded.Name}, {plan.Size} pixels, batch {plan.Batch}, {plan.Threads} threads, {plan.Rounds} rounds",
                    [recorded, results[0]],
                    new Dictionary<string, double> { [Plain] = wanted }
                )
            );
        }
    }
}
