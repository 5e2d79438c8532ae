using PPYolo.Align;
using PPYolo.Align.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Align.Tensors;

public sealed class TorchTensorsTests
{
    public static TheoryData<ElementType, ScalarType> Types =>
        new()
        {
            { ElementType.Bool, ScalarType.Bool },
            { ElementType.UInt8, ScalarType.Byte },
            { ElementType.Int8, ScalarType.Int8 },
            { ElementType.Int16, ScalarType.Int16 },
            { ElementType.Int32, ScalarType.Int32 },
            { ElementType.Int64, ScalarType.Int64 },
            { ElementType.Float16, ScalarType.Float16 },
            { ElementType.BFloat16, ScalarType.BFloat16 },
            { ElementType.Float32, ScalarType.Float32 },
            { ElementType.Float64, ScalarType.Float64 },
        };

    [Theory]
    [MemberData(nameof(Types))]
    public void Passes_every_type_both_ways(ElementType type, ScalarType torchType)
    {
        using var tensor = torch.tensor(new[] { 0f, 1, 1, 0, 1, 0 }, [2, 3]).to(torchType);

        var data = tensor.ToData();
        using var back = data.ToTorch();

        data.Type.Should().Be(type);
        data.Shape.Should().Equal(2, 3);
        back.ShouldEqual(tensor);
    }

    [Fact]
    public void Reads_views_and_scalars_in_c_order()
    {
        using var scope = NewDisposeScope();
        var tensor = arange(12, dtype: ScalarType.Float32).view(3, 4);

        tensor.t().ToData().As<float>().ToArray().Should().Equal(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        tensor[1].narrow(0, 1, 2).ToData().As<float>().ToArray().Should().Equal(5, 6);
        torch.tensor(2.5f).ToData().ToString().Should().Be("float32 scalar");
        tensor.Leaf().ToData().Count.Should().Be(12);
    }

    [Fact]
    public unsafe void Reads_a_contiguous_tensor_where_it_is()
    {
        using var tensor = arange(6, dtype: ScalarType.Float32).view(2, 3);

        var data = tensor.AsData();
        tensor[1, 2] = 7f;

        data.ToString().Should().Be("float32 2x3");
        data.As<float>().ToArray().Should().Equal(0, 1, 2, 3, 4, 7);
        using var pinned = data.Bytes[4..].Pin();
        (*(float*)pinned.Pointer).Should().Be(1);
    }

    [Fact]
    public void Reads_any_other_tensor_from_a_copy()
    {
        using var scope = NewDisposeScope();
        var tensor = arange(6, dtype: ScalarType.Float32).view(2, 3);

        var turned = tensor.t().AsData();
        tensor[1, 2] = 7f;

        turned.ToString().Should().Be("float32 3x2");
        turned.As<float>().ToArray().Should().Equal(0, 3, 1, 4, 2, 5);
        zeros(0, 4).AsData().ToString().Should().Be("float32 0x4");
    }

    [Fact]
    public void Refuses_to_read_where_a_disposed_tensor_was()
    {
        var tensor = ones(3);
        var data = tensor.AsData();
        tensor.Dispose();

        var read = () => data.As<float>()[0];

        read.Should().Throw<ObjectDisposedException>().WithMessage("*ToData*");
    }

    [Fact]
    public void What_is_read_where_it_is_keeps_its_tensor()
    {
        var data = Read();
        for (var i = 0; i < 20; i++)
        {
            // What is freed is soon written to again.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var other = full(1 << 12, 2f);
        }

        data.As<float>().ToArray().Should().OnlyContain(value => value == 1);
        GC.KeepAlive(data);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static TensorData Read() => full(1 << 12, 1f).AsData();
    }

    [Fact]
    public void Refuses_a_type_that_torch_does_not_have()
    {
        var pass = () => TensorData.Of<ulong>([1], 1).ToTorch();

        pass.Should().Throw<AlignException>().WithMessage("TorchSharp has no element type uint64*");
    }

    [Fact]
    public void Refuses_a_type_that_cannot_be_stored()
    {
        using var complex = zeros(2, dtype: ScalarType.ComplexFloat32);
        var pass = () => complex.ToData();

        pass.Should().Throw<AlignException>().WithMessage("*ComplexFloat32*");
    }

    [Fact]
    public void Copies_into_tensors_of_any_layout()
    {
        using var scope = NewDisposeScope();
        var data = TensorData.Of<float>([1, 2, 3, 4, 5, 6], 2, 3);
        Tensor plain = zeros(2, 3),
            transposed = zeros(3, 2).t();

        data.CopyTo("a", plain);
        data.CopyTo("a", transposed);

        plain.ShouldEqual(data.ToTorch());
        transposed.ShouldEqual(data.ToTorch());
        transposed.is_contiguous().Should().BeFalse();
    }

    [Theory]
    [InlineData(1, ScalarType.Float32, "tensor 'a': expected float32 of shape 1, found float32 2x3")]
    [InlineData(6, ScalarType.Float32, "tensor 'a': expected float32 of shape 6, found float32 2x3")]
    [InlineData(0, ScalarType.Float64, "tensor 'a': expected float64 of shape 2x3, found float32 2x3")]
    public void Copies_nothing_of_another_shape_or_type(int flat, ScalarType type, string message)
    {
        using var scope = NewDisposeScope();
        var destination = flat == 0 ? zeros(2, 3, dtype: type) : zeros(flat, dtype: type);
        var copy = () => TensorData.Of<float>([1, 2, 3, 4, 5, 6], 2, 3).CopyTo("a", destination);

        copy.Should().Throw<AlignException>().WithMessage(message);
        destination.abs().sum().to(ScalarType.Float64).item<double>().Should().Be(0);
    }
}
