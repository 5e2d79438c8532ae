using System.Text;
using PPYolo.Align.Traces;
using PPYolo.Harness.Reduction;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Differences shrunk to a module and few images. PPYOLO_FAULTS=reduce shrinks all planted faults whose place is a module, and prints the
/// table of docs/reduce.md; otherwise a core of them.
/// </summary>
public sealed class ReductionTests : IDisposable
{
    private static readonly bool Whole = Environment.GetEnvironmentVariable("PPYOLO_FAULTS") == "reduce";

    private static readonly TracePhase[] OfModules = [TracePhase.Forward, TracePhase.Buffers, TracePhase.Loss, TracePhase.Backward];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Faults =>
        [
            .. PlantedFaults
                .All.Concat(BlindFaults.All)
                .Where(fault => fault.Ranks == 1 && Whole)
                .Where(fault => OfModules.Contains(Phase(fault)))
                .Select(fault => fault.Name)
                .DefaultIfEmpty("scale_x_y ignored"),
        ];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Shrinks_a_planted_fault(string name)
    {
        var fault = PlantedFaults.All.Concat(BlindFaults.All).Single(one => one.Name == name);
        var row = new StringBuilder($"| {name} | ");
        if (Reduce(fault) is not { } reduced)
        {
            Say(row.Append("no module shows it alone | | | |"));
            Whole.Should().BeTrue("this one is shrunk");
            return;
        }

        var facts = reduced.Facts;
        ReductionFolder.Write(folder.File("out"), reduced, Bench.Plan(fault.Case, 1).Options, ("right", "wrong"), []);
        var bytes = Directory.GetFiles(folder.File("out")).Sum(file => new FileInfo(file).Length);
        Say(row.Append($"{facts.Module} | {facts.Layers} | {facts.Images.Count} | {bytes / 1000} |"));
        bytes.Should().BeLessThan(Reducer.MostBytes);

        // The right program computes what is expected.
        ReducedModule.Differences(folder.File("out")).Should().BeEmpty();
    }

    public void Dispose() => folder.Dispose();

    private static TracePhase Phase(PlantedFault fault) =>
        Enum.TryParse<TracePhase>(fault.Frontier.Split(' ')[1], ignoreCase: true, out var phase) ? phase : TracePhase.End;

    private static void Say(StringBuilder row)
    {
        if (Environment.GetEnvironmentVariable("PPYOLO_REDUCE_TABLE") is { } table)
        {
            File.AppendAllText(table, row.Append('\n').ToString());
        }
    }

    private static ReducedDifference? Reduce(PlantedFault fault)
    {
        var plan = Bench.Plan(fault.Case, 1);
        var (right, wrong) = (plan, plan.With(fault.Training));
        var (a, b) = (Trace(right), Trace(wrong));
        var frontier = TraceComparison.Of(a, b, Bench.FloorOf(fault.Case)).Frontier!;
        using ReducibleRun one = new(right, frontier.Iteration),
            other = new(wrong, frontier.Iteration);
        return new Reducer(one, one, other, plan.Seed).Reduce(frontier.Key, a[0].Iterations[frontier.Iteration]);
    }

    private static IReadOnlyList<RunTrace> Trace(RunPlan plan) => TracingLoop.Execute(plan, 1, TestEnvironment.Threads);
}
