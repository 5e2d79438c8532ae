using PPYolo.Align;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Tensors;

public sealed class NamedTensorsTests
{
    [Fact]
    public void Keeps_the_order_of_adding()
    {
        using var tensors = Of(("z", 1), ("a", 2), ("Z", 3));

        tensors.Names.Should().Equal("z", "a", "Z");
        tensors.Select(pair => pair.Value.As<float>()[0]).Should().Equal(1, 2, 3);
        tensors.Contains("A").Should().BeFalse();
    }

    [Fact]
    public void A_name_is_there_once()
    {
        using var tensors = Of(("a", 1));
        var add = () => tensors.Add("a", TensorData.Scalar(2f));

        add.Should().Throw<AlignException>().WithMessage("tensor 'a' is there twice");
        tensors["a"].As<float>()[0].Should().Be(1);
    }

    [Fact]
    public void A_name_that_is_missing_is_named()
    {
        using var tensors = Of(("a", 1));
        var look = () => tensors["b"];

        look.Should().Throw<AlignException>().WithMessage("tensor 'b' is missing; there are 1 others");
    }

    [Fact]
    public void Releases_what_it_owns_once()
    {
        var released = 0;
        var tensors = Of(("a", 1));
        tensors.Own(new Counter(() => released++));

        tensors.Dispose();
        tensors.Dispose();

        released.Should().Be(1);
    }

    [Fact]
    public void A_digest_sees_names_order_types_shapes_and_every_bit()
    {
        var digests = new[]
        {
            Digest(("a", TensorData.Of<float>([1, 2], 2)), ("b", TensorData.Scalar(0f))),
            Digest(("a", TensorData.Of<float>([1, 2], 2)), ("c", TensorData.Scalar(0f))),
            Digest(("b", TensorData.Scalar(0f)), ("a", TensorData.Of<float>([1, 2], 2))),
            Digest(("a", TensorData.Of<float>([1, 2], 1, 2)), ("b", TensorData.Scalar(0f))),
            Digest(("a", TensorData.Of<float>([1, 2], 2)), ("b", TensorData.Scalar(-0f))),
            Digest(("a", TensorData.Of<float>([1, 2], 2)), ("b", TensorData.Scalar(0))),
            Digest(("a", TensorData.Of<float>([1, 2], 2))),
        };

        digests.Should().OnlyHaveUniqueItems().And.AllSatisfy(digest => digest.Should().MatchRegex("^[0-9a-f]{64}$"));
        Digest(("a", TensorData.Of<float>([1, 2], 2))).Should().Be(digests[^1]);
    }

    private static string Digest(params (string Name, TensorData Tensor)[] named)
    {
        using var tensors = new NamedTensors();
        foreach (var (name, tensor) in named)
        {
            tensors.Add(name, tensor);
        }

        return TensorDigest.Of(tensors);
    }

    private static NamedTensors Of(params (string Name, float Value)[] named)
    {
        var tensors = new NamedTensors();
        foreach (var (name, value) in named)
        {
            tensors.Add(name, TensorData.Scalar(value));
        }

        return tensors;
    }

    private sealed class Counter(Action count) : IDisposable
    {
        public void Dispose() => count();
    }
}
