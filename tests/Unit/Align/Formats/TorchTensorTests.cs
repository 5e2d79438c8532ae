using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Pickling;
using PPYolo.Align.Formats.Torch;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public class TorchTensorTests
{
    private static readonly byte[] Storage = [.. Enumerable.Range(0, 12).Select(value => (byte)value)];

    [Fact]
    public void Strides_of_every_kind_are_gathered()
    {
        Resolve(0, [3, 4], [4, 1]).Should().Equal(Storage);
        Resolve(0, [4, 3], [1, 4]).Should().Equal(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        Resolve(1, [2, 2, 2], [6, 2, 1]).Should().Equal(1, 2, 3, 4, 7, 8, 9, 10);
        Resolve(5, [2, 3], [0, 1]).Should().Equal(5, 6, 7, 5, 6, 7);
        Resolve(11, [], []).Should().Equal(11);
        Resolve(11, [1, 1], [99, 77]).Should().Equal(11);
        Resolve(99, [0, 5], [5, 1]).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, 13, 1)]
    [InlineData(-(1L << 62), 1, 1)]
    [InlineData(-1, 0, 1)]
    [InlineData(12, 1, 1)]
    [InlineData(1, 12, 1)]
    [InlineData(0, 3, 6)]
    [InlineData(long.MaxValue, 1, 1)]
    [InlineData(0, 2, long.MaxValue)]
    [InlineData(0, long.MaxValue / 4, long.MaxValue)]
    [InlineData(0, 1L << 40, 0)]
    public void A_tensor_that_leaves_its_storage_or_repeats_it_endlessly_is_refused(long offset, long extent, long stride)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        ((Action)(() => Resolve(offset, [extent], [stride]))).Should().Throw<AlignException>().WithMessage("storage: expected *, found *");
        (GC.GetAllocatedBytesForCurrentThread() - allocated).Should().BeLessThan(1 << 20);
    }

    /// <summary>A file of some kilobytes would otherwise be written as terabytes.</summary>
    [Fact]
    public void A_storage_has_many_names_but_not_without_end()
    {
        const int Length = 1 << 20;
        var (source, storage) = (new ByteSource(new byte[Length], "storage"), new TorchStorage("0", ElementType.UInt8, Length));
        List<PickleValue> Named(int times) =>
            [
                .. Enumerable
                    .Range(0, times)
                    .Select(_ => new PickleValue(
                        PickleKind.Tensor,
                        new PendingTensor(new TorchStorageView(storage, 0, Length), ElementType.UInt8, 0, [Length], [1], Negative: false)
                    )),
            ];

        TensorResolver.Resolve(Named(20), _ => source, new AllocationBudget(source));
        ((Action)(() => TensorResolver.Resolve(Named(600), _ => source, new AllocationBudget(source))))
            .Should()
            .Throw<AlignException>()
            .WithMessage("storage: expected at most * bytes unpacked from a file of 1048576, found more*");
    }

    private static byte[] Resolve(long offset, long[] shape, long[] strides)
    {
        var source = new ByteSource(Storage, "storage");
        var value = new PickleValue(
            PickleKind.Tensor,
            new PendingTensor(
                new TorchStorageView(new TorchStorage("0", ElementType.UInt8, 12), 0, 12),
                ElementType.UInt8,
                offset,
                shape,
                strides,
                Negative: false
            )
        );
        TensorResolver.Resolve([value], _ => source, new AllocationBudget(source));
        return value.AsTensor().Bytes.ToArray();
    }
}
