using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Harness.Explain;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>The noise floor that is recorded with a run, and what ppyolo explain makes of it.</summary>
public sealed class RecordedFloorTests : IDisposable
{
    private const int Twins = 2;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_kept_floor_is_what_explain_would_measure_and_gives_the_same_verdict()
    {
        var right = Record("right", new(), Twins);
        var wrong = Record("wrong", PlantedFaults.Of("momentum 0.85").Training, 0);
        string kept = Path.Combine(right, TraceFloor.FileName),
            measured = folder.File("measured.npz");

        var byKept = ExplainScenario.Run(right, wrong, new() { Threads = TestEnvironment.Threads });
        var byMeasured = ExplainScenario.Run(
            right,
            wrong,
            new()
            {
                Threads = TestEnvironment.Threads,
                Twins = Twins,
                Floor = measured,
            }
        );

        byKept.FloorSource.Should().Be($"2 perturbed twins, kept in {kept}");
        byMeasured.FloorSource.Should().Be($"2 perturbed twins of {right}, trained now and kept in {measured}");
        using (var one = Npz.Read(kept))
        using (var other = Npz.Read(measured))
        {
            one.Names.Should().Equal(other.Names);
            one.Should().OnlyContain(pair => pair.Value.BitwiseEquals(other[pair.Key]));
        }

        byKept.Trace.Differences.Should().Equal(byMeasured.Trace.Differences);
        byKept
            .Causes.Select(cause => (cause.Id, cause.Confidence))
            .Should()
            .Equal(byMeasured.Causes.Select(cause => (cause.Id, cause.Confidence)));
        byKept.Aligned.Should().BeFalse();
        ExplanationText
            .Format(byKept)
            .Should()
            .Contain($"noise: 2 perturbed twins, kept in {kept}; comparing is meaningful in all iterations");
        ExplanationJson.Format(byKept).Should().Contain("\"twins\": 2");
        ExplanationHtml.Format(byKept).Should().Contain("comparing is meaningful in all iterations");

        // The run whose start weights, settings and batches are not known has no floor of its own: the other's is as good.
        foreach (var file in Directory.EnumerateFiles(wrong, "*.json").Where(file => Path.GetFileName(file) == "case.json"))
        {
            File.Delete(file);
        }

        ExplainScenario.Run(wrong, right, new()).FloorSource.Should().Be($"2 perturbed twins, kept in {kept}");
    }

    [Fact]
    public void A_floor_of_another_run_is_refused()
    {
        var longer = Record("longer", new(), 0);
        var shorter = Record("shorter", new(), 1, iterations: 1);
        var floor = Path.Combine(shorter, TraceFloor.FileName);

        var explaining = () => ExplainScenario.Run(longer, longer, new() { Floor = floor });

        explaining
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{floor}: expected the noise floor of the 2 iterations of {longer}, found 1*");
    }

    [Fact]
    public void Several_ranks_measure_the_floor_of_their_run()
    {
        string record = folder.File("ranks"),
            measured = folder.File("measured.npz");
        ThreadTeam.Run(
            2,
            TestEnvironment.Threads,
            ranks => RecordingLoop.Execute(Bench.Plan(2) with { Iterations = 1 }, "calm", new(record) { Twins = 1 }, ranks)
        );

        ExplainScenario
            .Run(
                record,
                record,
                new()
                {
                    Threads = TestEnvironment.Threads,
                    Twins = 1,
                    Floor = measured,
                }
            )
            .Aligned.Should()
            .BeTrue();

        File.ReadAllBytes(Path.Combine(record, TraceFloor.FileName)).Should().Equal(File.ReadAllBytes(measured));
        TraceFile.ExistsIn(record).Should().BeFalse();
    }

    [Fact]
    public void The_command_keeps_the_floor_and_wants_a_record_for_it()
    {
        var record = folder.File("record");
        string[] tiny =
        [
            "train",
            "--config",
            "ppyolo_r18vd_voc2012",
            "--set",
            "sizes=[64]",
            "--set",
            "batch=2",
            "--iterations",
            "1",
            "--floor",
            "1",
        ];

        CommandLine.Run(tiny).Should().Be(ExitCode.WrongUse);
        CommandLine.Run([.. tiny, "--record", record]).Should().Be(ExitCode.Aligned);
        CommandLine.Run([.. tiny[..^1], "0", "--record", record]).Should().Be(ExitCode.WrongUse);

        TraceFloor.Read(Path.Combine(record, TraceFloor.FileName)).Twins.Should().Be(1);
    }

    public void Dispose() => folder.Dispose();

    private string Record(string name, Alteration fault, int twins, int iterations = 2)
    {
        var path = folder.File(name);
        var plan = Bench.Faulty(fault, 1);
        RecordingLoop.Execute(
            plan with
            {
                Iterations = iterations,
            },
            "calm",
            new(path)
            {
                Extension = ".npz",
                Trace = new(),
                Twins = twins,
            }
        );
        return path;
    }
}
