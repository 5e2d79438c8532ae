using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Runtime;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Stepping;

/// <summary>What is asked of the driver where batches are copied beside computing, and what comes of it where it fails.</summary>
public sealed class CopyStreamTests : IDisposable
{
    private readonly List<Tensor> pinned = [];
    private readonly BatchTransfer transfer = new(CPU);
    private int fallbacks;

    public CopyStreamTests()
    {
        transfer.Stream = Open(StandInStreams.Reset());
        transfer.Copy = (data, device) =>
        {
            fallbacks++;
            return data.ToTorch(device);
        };
    }

    [Fact]
    public void A_copy_waits_for_what_is_computed_and_computing_for_the_copy()
    {
        var batch = Of(1);
        transfer.Begin(batch, one => one);

        StandInStreams.Pending.Should().Be(3, "nothing has waited for the copies");
        Take(batch).Should().Equal(Values(batch));

        transfer.Dispose();
        string[] copy = ["push 201", "record 12 on 0", "11 waits for 12", "copy 12 on 11", "record 13 on 11", "pop"];
        StandInStreams
            .Calls.Should()
            .Equal([
                "card 1",
                "context of 101",
                "push 201",
                "stream of 1: 11",
                "event of 2: 12",
                "event of 2: 13",
                "pop",
                .. copy,
                .. copy,
                .. copy,
                "push 201",
                "0 waits for 13",
                "pop",
                "push 201",
                "finish stream 11",
                "free 13",
                "free 12",
                "free stream 11",
                "pop",
            ]);
        fallbacks.Should().Be(0);
    }

    [Fact]
    public void Pinned_memory_is_kept_until_the_program_has_waited_for_its_copy()
    {
        var (first, second) = (Of(1), Of(2));
        transfer.Begin(first, one => one);
        Take(first);
        pinned.Should().HaveCount(3).And.OnlyContain(source => !source.IsInvalid);

        StandInStreams.Calls.Clear();
        transfer.Begin(second, one => one);

        StandInStreams.Calls.Take(3).Should().Equal("push 201", "finish 13", "pop");
        pinned.Take(3).Should().OnlyContain(source => source.IsInvalid);
        pinned.Skip(3).Should().HaveCount(3).And.OnlyContain(source => !source.IsInvalid);
        Take(second).Should().Equal(Values(second));
    }

    [Fact]
    public void What_nobody_takes_is_not_freed_while_it_is_copied()
    {
        transfer.Begin(Of(1), one => one);
        StandInStreams.Calls.Clear();

        transfer.Begin(Of(2), one => one);

        StandInStreams.Calls.Take(6).Should().Equal("push 201", "0 waits for 13", "pop", "push 201", "finish 13", "pop");
        StandInStreams.Calls.Clear();

        this.Invoking(it => it.transfer.Begin(Of(3), _ => throw new OutOfMemoryException())).Should().Throw<OutOfMemoryException>();

        StandInStreams.Pending.Should().Be(0);
    }

    [Fact]
    public void A_batch_that_fails_half_way_is_not_freed_while_it_is_copied()
    {
        var pins = 0;
        transfer.Stream = Open(StandInStreams.Reset(), host => ++pins == 2 ? throw new OutOfMemoryException() : host.clone());

        this.Invoking(it => it.transfer.Begin(Of(1), one => one)).Should().Throw<OutOfMemoryException>();

        StandInStreams.Calls.TakeLast(3).Should().Equal("push 201", "0 waits for 13", "pop");
        StandInStreams.Pending.Should().Be(0);
    }

    [Theory]
    [InlineData("cuCtxPushCurrent")]
    [InlineData("cuEventRecord")]
    [InlineData("cuStreamWaitEvent")]
    [InlineData("cuMemcpyHtoDAsync")]
    public void Where_the_driver_fails_batches_are_copied_as_without_it(string function)
    {
        var (first, second) = (Of(1), Of(2));
        transfer.Begin(first, one => one);
        Take(first).Should().Equal(Values(first));
        StandInStreams.Failing.Add(function);
        if (function == "cuCtxPushCurrent")
        {
            // Without a context it cannot even be asked whether it copies.
            this.Invoking(it => it.transfer.Begin(second, one => one)).Should().Throw<InvalidOperationException>();
            return;
        }

        transfer.Begin(second, one => one);

        Take(second).Should().Equal(Values(second));
        fallbacks.Should().Be(3);
        transfer.Stream.Should().BeNull("it is not tried again");
        StandInStreams.Pending.Should().Be(0);
    }

    [Fact]
    public void Where_computing_cannot_wait_the_program_does_and_where_it_cannot_nothing_is_computed()
    {
        var (first, second) = (Of(1), Of(2));
        transfer.Begin(first, one => one);
        StandInStreams.Failing.Add("cuStreamWaitEvent");
        Take(first).Should().Equal(Values(first));
        StandInStreams.Failing.Clear();

        transfer.Begin(second, one => one);
        StandInStreams.Failing.AddRange(["cuStreamWaitEvent", "cuStreamSynchronize"]);

        this.Invoking(it => it.Take(second)).Should().Throw<InvalidOperationException>().WithMessage("*does not say when it is there*");
        StandInStreams.Failing.Clear();
    }

    [Theory]
    [InlineData("cuDeviceGet")]
    [InlineData("cuDevicePrimaryCtxRetain")]
    [InlineData("cuCtxPushCurrent")]
    public void Without_a_driver_that_makes_one_there_is_no_stream(string function)
    {
        var functions = StandInStreams.Reset();
        StandInStreams.Failing.Add(function);

        Open(functions).Should().BeNull();
        CopyStream.Open(null, 0, host => host).Should().BeNull();
    }

    public void Dispose()
    {
        StandInStreams.Failing.Clear();
        transfer.Dispose();
    }

    private CopyStream? Open(StreamFunctions functions) =>
        Open(
            functions,
            host =>
            {
                var copy = host.clone();
                pinned.Add(copy);
                return copy;
            }
        );

    private static CopyStream? Open(StreamFunctions functions, Func<Tensor, Tensor> pin) => CopyStream.Open(functions, 1, pin);

    private float[] Take(Batch batch)
    {
        using var scope = NewDisposeScope();
        return [.. transfer.Take(batch, one => one, scope).All.SelectMany(tensor => tensor.data<float>().ToArray())];
    }

    private static float[] Values(Batch batch) =>
        [.. new[] { batch.Images, batch.Boxes }.Concat(batch.Targets).SelectMany(tensor => tensor.As<float>().ToArray())];

    /// <summary>Three numbers in each tensor.</summary>
    private static Batch Of(float first)
    {
        var tensors = new NamedTensors();
        TensorData Next(params long[] shape) => TensorData.Of([first++, first++, first++], [.. shape, 3]);
        tensors.Add("image", Next(1, 1, 1));
        tensors.Add("gt_bbox", Next(1, 1));
        tensors.Add("target0", Next(1, 1, 1, 1));
        return new(tensors, "a test");
    }
}
