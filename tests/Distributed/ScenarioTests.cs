using PPYolo.Align.Reports;
using PPYolo.Harness.RankEquality;
using PPYolo.Tests.Alignment;

namespace PPYolo.Tests.Distributed;

/// <summary>Scenario 3 with ranks that are processes, on this machine and on two.</summary>
[Collection(TwoMachinesGroup.Name)]
public sealed class ScenarioTests(TwoMachines machines) : IDisposable
{
    /// <summary>Iterations in which everything is used that ranks exchange, and weights have moved.</summary>
    private const int Few = 3;

    private readonly TemporaryFolder folder = new();

    [SkippableFact]
    public void Processes_equal_one_rank_on_the_merged_batches()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var options = new RanksRunOptions
        {
            Floor = RanksPlans.Floor("r18vd-calm"),
            Recorder = (plan, record) => MpiRecording.Run(plan, record, threads: 2),
        };

        var verdict = RanksScenario.Merge(Plan("r18vd-calm", "2,2", 10), folder.Path, options);

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
    }

    /// <summary>
    /// What is true of threads is then true of processes: tests/Alignment compares these plans with one rank, for ten iterations.
    /// </summary>
    [SkippableTheory]
    [InlineData("r18vd-calm", "2,2")]
    [InlineData("r18vd-calm", "3,1")]
    [InlineData("r50vd-aligngrad-calm", "2,2")]
    [InlineData("r50vd-trainable-calm", "2,2")]
    public void Processes_give_the_bits_of_threads(string floor, string split)
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var plan = Plan(floor, split, Few);
        plan = plan with { Run = plan.Run with { Batches = plan.PartOf } };
        var threads = new RanksRunOptions().Record(plan, folder.File("threads"));
        var processes = MpiRecording.Run(plan, folder.File("processes"), threads: 2);

        processes.End.Raw.Should().AllSatisfy(pair => pair.Value.BitwiseEquals(threads.End.Raw[pair.Key]).Should().BeTrue(pair.Key));
        processes.End.Ema.Should().AllSatisfy(pair => pair.Value.BitwiseEquals(threads.End.Ema[pair.Key]).Should().BeTrue(pair.Key));
        processes
            .End.Momentum.Should()
            .AllSatisfy(pair => pair.Value.BitwiseEquals(threads.End.Momentum[pair.Key]).Should().BeTrue(pair.Key));
    }

    [SkippableTheory]
    [InlineData("r18vd-calm", 10)]
    [InlineData("r50vd-aligngrad-calm", Few)]
    public void Two_machines_equal_one_rank_on_the_merged_batches(string floor, int iterations)
    {
        Skip.If(TwoMachines.Missing is not null, TwoMachines.Missing);
        var shared = Directory.CreateDirectory(Path.Combine(machines.Shared, Path.GetRandomFileName())).FullName;
        var inside = $"{TwoMachines.SharedFolder}/{Path.GetFileName(shared)}";
        var options = new RanksRunOptions
        {
            Floor = RanksPlans.Floor(floor),
            Recorder = (plan, record) =>
            {
                MpiRecording.Prepare(plan, shared);
                var result = machines
                    .RunAsync(1, "ppyolo.dll", [.. MpiRecording.Arguments(plan, inside, $"{inside}/scenario/ranks", threads: 2)])
                    .GetAwaiter()
                    .GetResult();
                result.ExitCode.Should().Be(0, result.ToString());
                return MpiRecording.Read(record);
            },
        };

        var verdict = RanksScenario.Merge(Plan(floor, "2,2", iterations), Path.Combine(shared, "scenario"), options);

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
    }

    [SkippableFact]
    public async Task A_killed_rank_ends_the_training_and_leaves_no_record()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var plan = Plan("r18vd-calm", "2,2", iterations: 1000);
        var record = folder.File("killed");
        MpiRecording.Prepare(plan, folder.Path);
        var training = Mpirun.RunAsync(2, "ppyolo.dll", [.. MpiRecording.Arguments(plan, folder.Path, record, threads: 2)]);
        while (!File.Exists(Path.Combine(record, "batch00002_rank01.npz")) && !training.IsCompleted)
        {
            await Task.Delay(100);
        }

        System.Diagnostics.Process.GetProcessById(ProcessOfRank(1, record)).Kill();
        var result = await training;

        result.ExitCode.Should().NotBe(0, result.ToString());
        result.Messages.Should().ContainSingle(result.ToString()).Which.Should().Contain("rank 1 failed");
        File.Exists(Path.Combine(record, "case.json")).Should().BeFalse("a record is one only when it is whole");
    }

    public void Dispose() => folder.Dispose();

    private static RanksPlan Plan(string floor, string split, int iterations)
    {
        var plan = RanksPlans.Plan(floor, split);
        return plan with { Run = plan.Run with { Iterations = iterations } };
    }

    private static int ProcessOfRank(int rank, string record) =>
        int.Parse(
            Directory
                .GetDirectories("/proc")
                .Select(path => Path.GetFileName(path))
                .Where(name => name.All(char.IsAsciiDigit))
                .Single(name =>
                    Contains($"/proc/{name}/cmdline", record) && Contains($"/proc/{name}/environ", $"OMPI_COMM_WORLD_RANK={rank}\0")
                ),
            System.Globalization.CultureInfo.InvariantCulture
        );

    private static bool Contains(string file, string text)
    {
        try
        {
            return File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // The process has ended meanwhile.
            return false;
        }
    }
}
