using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Traces;

public sealed class TraceFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Comes_back_as_it_was()
    {
        var trace = new IterationTrace(0) { MeasuresKinks = true };
        trace.Add(
            new(new(TracePhase.Backward, "neck.tip"), [1], StripedSummary.Of(2)) { Kinks = [0, 0, 1e-4, 1e-4, 2e-4, 0.001, 0.01, 0.1] }
        );
        trace.Add(
            new(new(TracePhase.Forward, "backbone.conv1"), [2, 3], StripedSummary.Of([1f, -2f, 3f, 4f, 5f, 6.5f]))
            {
                Full = TensorData.Of<float>([1, -2, 3, 4, 5, 6.5f], 2, 3),
            }
        );
        trace.Add(new(new(TracePhase.Schedule, "rate"), [], StripedSummary.Of(1e-5)));
        TraceFile.Write(folder.Path, 1, trace);

        var back = TraceFile.Read(folder.Path, 1).Iterations.Should().ContainSingle().Subject;

        back.Entries.Select(entry => entry.Key).Should().Equal(trace.Entries.Select(entry => entry.Key));
        back.Entries.Should().BeEquivalentTo(trace.Entries, options => options.Excluding(entry => entry.Full));
        back.Entries[1].Full!.BitwiseEquals(trace.Entries[1].Full!).Should().BeTrue();
        back.MeasuresKinks.Should().BeTrue();
    }

    [Fact]
    public void A_trace_of_version_1_is_read_without_kinks_and_a_later_one_is_refused()
    {
        var path = folder.File(TraceFile.FileName(0, 0));
        WriteIndex("""[{"phase":"loss","name":"loss_xy","shape":[]}]""");

        var back = TraceFile.Read(folder.Path).Iterations.Should().ContainSingle().Subject;

        back.Entries.Should().ContainSingle().Which.Key.Should().Be(new TraceKey(TracePhase.Loss, "loss_xy"));
        back.MeasuresKinks.Should().BeFalse();

        WriteIndex("""{"version":3,"entries":[{"phase":"loss","name":"loss_xy","shape":[]}]}""");
        Refused("*version 1 or 2, found 3*");
        WriteIndex("""{"version":2,"entries":[{"phase":"loss","name":"loss_xy","shape":[]}],"kinks":[0]}""");
        Refused("*'kinks'*");

        void WriteIndex(string text)
        {
            var index = System.Text.Encoding.UTF8.GetBytes(text);
            Npz.Write(
                path,
                new()
                {
                    { "index", TensorData.Of<byte>(index, index.Length) },
                    { "statistics", TensorData.Of<double>(new double[4], 1, 4) },
                    { "sketch", TensorData.Of<double>(new double[64], 1, 64) },
                }
            );
        }

        void Refused(string message) =>
            FluentActions.Invoking(() => TraceFile.Read(folder.Path)).Should().Throw<AlignException>().WithMessage(message);
    }

    [Fact]
    public void A_folder_without_a_trace_says_how_to_make_one()
    {
        var read = () => TraceFile.Read(folder.Path);

        read.Should().Throw<AlignException>().WithMessage("*trace00000_rank00.npz*--trace*");
    }

    [Fact]
    public void Another_archive_is_refused()
    {
        Npz.Write(folder.File(TraceFile.FileName(0, 0)), new() { { "weights", TensorData.Scalar(1f) } });
        var read = () => TraceFile.Read(folder.Path);

        read.Should().Throw<AlignException>().WithMessage("*index*none*");
    }

    [Fact]
    public void Floors_come_back_as_they_were()
    {
        RunTrace Run(double value) => new(0, [new IterationTrace(0)]) { Iterations = [Of(value)] };
        static IterationTrace Of(double value)
        {
            var trace = new IterationTrace(0);
            trace.Add(new(new(TracePhase.Loss, "loss_xy"), [], StripedSummary.Of(value)));
            return trace;
        }

        var floor = TraceFloor.Of(Run(1), [Run(1.25)]);
        var path = folder.File(TraceFloor.FileName);
        floor.Write(path);

        var back = TraceFloor.Read(path);

        back.Twins.Should().Be(1);
        back.For(0, new(TracePhase.Loss, "loss_xy")).Should().Be(0.2).And.Be(floor.For(0, new(TracePhase.Loss, "loss_xy")));
    }

    public void Dispose() => folder.Dispose();
}
