using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Tensors;

public sealed class TensorDataTests
{
    [Fact]
    public void Knows_its_extents()
    {
        var tensor = TensorData.Of<short>([1, 2, 3, 4, 5, 6], 2, 3);

        tensor.Type.Should().Be(ElementType.Int16);
        tensor.Count.Should().Be(6);
        tensor.Bytes.Length.Should().Be(12);
        tensor.ShapeText.Should().Be("2x3");
        tensor.ToString().Should().Be("int16 2x3");
        tensor.As<short>().ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void A_scalar_has_one_element_and_an_empty_tensor_none()
    {
        TensorData.Scalar(5L).Count.Should().Be(1);
        TensorData.Scalar(5L).ToString().Should().Be("int64 scalar");
        TensorData.Of<float>([], 3, 0).Count.Should().Be(0);
        TensorData.CountOf([0, 1L << 40]).Should().Be(0);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(0)]
    public void Refuses_bytes_that_do_not_fill_the_shape(int bytes)
    {
        var make = () => new TensorData(ElementType.UInt8, [2, 3], new byte[bytes]);

        make.Should().Throw<AlignException>().WithMessage($"a uint8 tensor of shape 2x3 needs 6 bytes, {bytes} were given");
    }

    [Fact]
    public void Refuses_extents_that_cannot_be()
    {
        var negative = () => TensorData.CountOf([2, -1]);
        var huge = () => TensorData.CountOf([1L << 31, 1L << 31, 2]);

        negative.Should().Throw<AlignException>().WithMessage("*not negative*2x-1");
        huge.Should().Throw<AlignException>().WithMessage("*more elements than can be counted");
        TensorData.CountOf([1L << 31, 1L << 31]).Should().Be(1L << 62);
    }

    [Fact]
    public void Refuses_to_be_read_as_another_type()
    {
        var read = () => TensorData.Of<float>([1], 1).As<int>().Length;

        read.Should().Throw<AlignException>().WithMessage("expected elements of type int32, found float32");
    }

    [Fact]
    public void Is_equal_by_type_shape_and_bits()
    {
        var tensor = TensorData.Of<float>([0f, float.NaN], 2);

        tensor.BitwiseEquals(TensorData.Of<float>([0f, float.NaN], 2)).Should().BeTrue();
        tensor.BitwiseEquals(TensorData.Of<float>([-0f, float.NaN], 2)).Should().BeFalse();
        tensor.BitwiseEquals(TensorData.Of<float>([0f, float.NaN], 1, 2)).Should().BeFalse();
        TensorData.Of<int>([0], 1).BitwiseEquals(TensorData.Of<float>([0], 1)).Should().BeFalse();
    }

    [Fact]
    public void Element_types_are_found_by_their_names()
    {
        foreach (var type in Enum.GetValues<ElementType>())
        {
            ElementTypes.FromName(type.Name()).Should().Be(type);
        }

        ElementTypes.FromName("Float32").Should().BeNull();
        ElementType.BFloat16.Name().Should().Be("bfloat16");
        ElementType.BFloat16.IsFloatingPoint().Should().BeTrue();
        ElementType.Bool.IsFloatingPoint().Should().BeFalse();
    }
}
