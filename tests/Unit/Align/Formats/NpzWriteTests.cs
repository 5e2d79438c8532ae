using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class NpzWriteTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void What_is_written_comes_back_bit_by_bit(bool compress, bool zip64)
    {
        var tensors = Samples.OfAllTypesBut(ElementType.BFloat16);

        Npz.Write(folder.File("x.npz"), tensors, compress, zip64);

        using var found = TensorFile.Read(folder.File("x.npz"));
        Samples.ShouldEqual(found, tensors);
    }

    [Fact]
    public void Elements_of_stored_arrays_are_aligned_in_the_file()
    {
        var tensors = Samples.OfTypes(ElementType.UInt8, ElementType.Float64);
        tensors.Add("marked", TensorData.Of<ulong>([0x0123456789abcdef], 1));

        TensorFile.Write(folder.File("x.npz"), tensors);

        File.ReadAllBytes(folder.File("x.npz"))
            .AsSpan()
            .IndexOf(BitConverter.GetBytes(0x0123456789abcdefUL))
            .Should()
            .BePositive()
            .And.Match(offset => offset % 64 == 0);
    }

    [Fact]
    public void A_type_that_NumPy_lacks_is_refused_and_leaves_nothing()
    {
        ((Action)(() => TensorFile.Write(folder.File("x.npz"), Samples.OfAllTypesBut())))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*x.npz: expected a type that NumPy has, found bfloat16 in tensor 'bfloat16/3x5*");
        folder.Names().Should().BeEmpty();
    }

    public void Dispose() => folder.Dispose();
}
