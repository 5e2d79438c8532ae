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
        var trace = new IterationTrace(0);
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
        back.Entries[0].Full!.BitwiseEquals(trace.Entries[0].Full!).Should().BeTrue();
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
