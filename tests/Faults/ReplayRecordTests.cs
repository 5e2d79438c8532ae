using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Data.Batches;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Faults;

/// <summary>A run that was recorded without a trace is traced afterwards: it is replayed, and the replay recorded.</summary>
public sealed class ReplayRecordTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_replay_that_is_recorded_with_a_trace_is_the_record_bit_by_bit()
    {
        string plain = folder.File("plain"),
            traced = folder.File("traced");
        RecordingLoop.Execute(Bench.Plan(1) with { Iterations = 2 }, "calm", new(plain));

        CommandLine
            .Run(["train", "--replay", plain, "--record", traced, "--trace", "--threads", $"{TestEnvironment.Threads}"])
            .Should()
            .Be(ExitCode.Aligned);

        File.ReadAllText(Path.Combine(traced, RunRecord.LossesFile))
            .Should()
            .Be(File.ReadAllText(Path.Combine(plain, RunRecord.LossesFile)));
        var (one, other) = (RunRecord.Open(plain).Case, RunRecord.Open(traced).Case);
        (other with { Recorded = one.Recorded }).Should().BeEquivalentTo(one, "what was recorded of it differs alone");
        other.Recorded!.Trace.Should().Contain(TracePhase.Forward).And.NotContain(TracePhase.End);

        foreach (
            var file in new[] { RunRecord.StartName, RunRecord.EndName, RunRecord.RawEndName, RunRecord.MomentumName }
                .Select(name => name + ".pth")
                .Concat([RecordedBatches.FileName(0, 0), RecordedBatches.FileName(1, 0)])
        )
        {
            using var first = TensorFile.Read(Path.Combine(plain, file));
            using var again = TensorFile.Read(Path.Combine(traced, file));
            first.Names.Should().Equal(again.Names);
            first.Should().OnlyContain(pair => pair.Value.BitwiseEquals(again[pair.Key]), file);
        }

        TraceFile.ExistsIn(plain).Should().BeFalse();
        TraceFile.Read(traced).Iterations.Should().HaveCount(2);
        CommandLine.Run(["explain", plain, traced, "--twins", "0"]).Should().Be(ExitCode.Aligned);

        // An implementation that does not count batches.
        foreach (var name in new[] { RunRecord.StartName, RunRecord.RawEndName, RunRecord.EndName })
        {
            var path = Path.Combine(plain, name + ".pth");
            var uncounted = new NamedTensors();
            foreach (var (key, tensor) in TensorFile.Read(path).Where(pair => pair.Value.Type == ElementType.Float32))
            {
                uncounted.Add(key, tensor);
            }

            TensorFile.Write(path, uncounted);
        }

        CommandLine.Run(["explain", plain, traced, "--twins", "0"]).Should().Be(ExitCode.Aligned);
    }

    [Fact]
    public void A_replay_is_not_recorded_into_a_folder_with_something_in_it()
    {
        var plain = folder.File("plain");
        RecordingLoop.Execute(Bench.Plan(1) with { Iterations = 1 }, "calm", new(plain));

        CommandLine.Run(["train", "--replay", plain, "--record", plain, "--trace"]).Should().Be(ExitCode.WrongUse);

        File.Exists(Path.Combine(plain, RunRecord.ReplayName + ".pth")).Should().BeFalse();
        TraceFile.ExistsIn(plain).Should().BeFalse();
    }

    public void Dispose() => folder.Dispose();
}
