using System.Globalization;
using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects.Kernels;
using PPYolo.Peers.Subjects.Steps;

namespace PPYolo.Peers.Groups;

/// <summary>The whole training step: ours, the Python twin, its trace on our libtorch, and what convolutions alone reach.</summary>
internal static class StepContest
{
    private const string Own = "PPYolo",
        Traced = "PPYolo, traced into files",
        Boxed = "PPYolo, with a black box",
        Twin = "Python twin, eager",
        Trace = "TorchScript trace, our libtorch";

    // Of those of the network that train, which take most of a step; the quickest of them is the ceiling.
    private static readonly ConvolutionShape[] Shapes = [new(8, 512, 1024, 3, 13), new(8, 256, 512, 3, 26), new(8, 128, 256, 3, 52)];

    public static void Run(MeasuringPlan plan)
    {
        var (weights, batch) = Prepare(plan, plan.Size, plan.Batch);
        var flops = StepOperations.Of(plan.Batch, plan.Size);
        List<Contestant> steps = [Ours(weights, batch)];
        if (OffersTwin(plan))
        {
            steps.Add(TwinOf(plan, weights, batch));
        }

        if (plan.Python.Offers(Trace, "numpy", "torch"))
        {
            var trace = plan.PathOf("trace.pt");
            plan.Python.Run("trace.py", weights, batch, trace);
            steps.Add(Contestant.Ours(Trace, nameof(TraceSubject), trace, batch));
        }

        var ceilings = Shapes.Select(shape =>
            Contestant.Ours(
                $"ceiling: {shape}",
                nameof(ConvolutionSubject),
                shape.Images,
                shape.Inputs,
                shape.Outputs,
                shape.Kernel,
                shape.Side
            )
        );
        var results = Contest.Run(
            plan.Rounds,
            [.. steps, .. ceilings, Contestant.Ours("ceiling: matrix product 4096", nameof(MatrixProductSubject), 4096)]
        );
        var rates = results
            .Zip([.. steps.Select(_ => flops), .. Shapes.Select(shape => shape.Flops), MatrixProductSubject.Flops(4096)])
            .ToDictionary(pair => pair.First, pair => pair.Second);
        string Rate(Measurement measurement) => FormattableString.Invariant($"{rates[measurement] / measurement.Median / 1e9:0} GFLOP/s");
        Console.WriteLine(
            ContestTable.Format(
                $"Training step, {plan.Size} pixels, batch {plan.Batch}, {plan.Threads} threads, {plan.Rounds} rounds ({flops / 1e9:0} "
                    + $"GFLOP in convolutions)",
                results.Take(steps.Count).ToList(),
                new Dictionary<string, double> { [Twin] = 0.7, [Trace] = 0.6 },
                Rate
            )
        );
        Console.WriteLine(ContestTable.Format("Ceilings, in the same rounds", results.Skip(steps.Count).ToList(), note: Rate));
        var ceiling = results.Skip(steps.Count).Take(Shapes.Length).MinBy(measurement => measurement.Processor / rates[measurement])!;
        double Share(double step, double one) => flops / step / (rates[ceiling] / one);
        var shares = results[0].Times.Zip(ceiling.Times, (step, one) => Share(step.Wall, one.Wall)).Order().ToList();
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Of the quickest convolution's rate our step reaches {shares[shares.Count / 2]:0.00} ({shares[0]:0.00} to "
                    + $"{shares[^1]:0.00}), by processor time {Share(results[0].Processor, ceiling.Processor):0.00}; wanted 1.00."
            )
        );
        if (results.FirstOrDefault(result => result.Name == Twin) is { } twin)
        {
            Console.WriteLine(
                FormattableString.Invariant(
                    $"Peak memory, ours / twin: {(double)results[0].ResidentPeak / twin.ResidentPeak:0.00}; wanted 0.70."
                )
            );
        }
    }

    /// <summary>What it costs to watch the step: a trace into files, and a black box.</summary>
    public static void Watched(MeasuringPlan plan)
    {
        var (weights, batch) = Prepare(plan, plan.Size, plan.Batch);
        var results = Contest.Run(
            plan.Rounds,
            Ours(weights, batch),
            Contestant.Ours(Traced, nameof(TracedStepSubject), weights, batch, false),
            Contestant.Ours(Boxed, nameof(BoxedStepSubject), weights, batch)
        );
        foreach (var (watched, wanted) in new[] { (results[1], 1.1), (results[2], 1.06) })
        {
            Console.WriteLine(
                ContestTable.Format(
                    $"{watched.Name}, {plan.Size} pixels, batch {plan.Batch}, {plan.Threads} threads, {plan.Rounds} rounds",
                    [watched, results[0]],
                    new Dictionary<string, double> { [Own] = wanted }
                )
            );
        }
    }

    /// <summary>Sizes and batches: what an image costs, and memory.</summary>
    public static void Scale(MeasuringPlan plan)
    {
        Console.WriteLine("### Scale\n");
        var twins = OffersTwin(plan);
        Console.WriteLine(
            "| size | batch | ours, processor ms per image | twin | ours / twin: median (range); fastest; processor | peak MB, ours and "
                + "twin |\n|---|---|---|---|---|---|"
        );
        foreach (var (size, count) in new[] { (416, 1), (416, 4), (320, 8), (416, 8), (512, 8), (608, 8), (416, 16) })
        {
            var (weights, batch) = Prepare(plan, size, count);
            List<Contestant> steps = [Ours(weights, batch)];
            if (twins)
            {
                steps.Add(TwinOf(plan, weights, batch));
            }

            var results = Contest.Run(plan.Rounds, steps);
            var ours = results[0];
            var twin = results.ElementAtOrDefault(1);
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {size} | {count} | {ours.Processor * 1000 / count:0} | {twin?.Processor * 1000 / count:0} | "
                        + $"{(twin is null ? "" : ContestTable.Ratio(ours, twin))} | "
                        + $"{string.Join(", ", results.Select(result => result.ResidentPeak / 1024))} |"
                )
            );
        }
    }

    private static bool OffersTwin(MeasuringPlan plan) => plan.Python.Offers(Twin, "numpy", "torch", "torchvision");

    private static Contestant TwinOf(MeasuringPlan plan, string weights, string batch) =>
        plan.Python.Contestant(Twin, "step.py", weights, batch, StepWork.RatePerImage, plan.Threads);

    private static Contestant Ours(string weights, string batch) => Contestant.Ours(Own, nameof(StepSubject), weights, batch);

    private static (string Weights, string Batch) Prepare(MeasuringPlan plan, int size, int batch) =>
        (StepWork.WriteWeights(plan.PathOf("step.pth")), StepWork.WriteBatch(plan.PathOf($"batch-{size}-{batch}.npz"), batch, size));
}
