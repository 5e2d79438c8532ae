using System.Numerics;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void All_of_a_checkpoint_comes_back()
    {
        var model = Samples.OfTypes(ElementType.Float32, ElementType.Int64);
        var state = new SgdState(
            [
                new SgdGroup(0.1, 0.9, 5e-4, [0, 2])
                {
                    Nesterov = true,
                    Dampening = 0.5,
                    Others = [("lr_factor", 2.0)],
                },
                new SgdGroup(1e-300, 0, 0, [1]),
            ],
            new Dictionary<long, TensorData> { [2] = TensorData.Of<float>([1, 2, 3], 3), [0] = TensorData.Scalar(-0f) }
        );
        using var checkpoint = new Checkpoint(12, model, state.ToPickle());
        checkpoint.AddExtra(
            "counters",
            PickleValue.Dict(
                ("step", 1L << 40),
                (3L, long.MinValue),
                (0.5, double.NaN),
                (true, "權重"),
                ("list", PickleValue.List()),
                ("tuple", PickleValue.Tuple(PickleValue.None, 255L))
            )
        );
        checkpoint.Write(folder.File("x.pth"));

        using var found = Checkpoint.Read(folder.File("x.pth"));

        found.StartEpoch.Should().Be(12);
        Samples.ShouldEqual(found.Model, model);
        var sgd = SgdState.FromPickle(found.Optimizer);
        sgd.Groups.Should().BeEquivalentTo(state.Groups, options => options.Excluding(group => group.Others).WithStrictOrdering());
        sgd.Groups[0].Others.Select(other => (other.Key, other.Value.AsFloat())).Should().Equal(("lr_factor", 2.0));
        sgd.Groups[1].Others.Should().BeEmpty();
        sgd.MomentumBuffers.Keys.Should().Equal(2, 0);
        sgd.MomentumBuffers[2].BitwiseEquals(state.MomentumBuffers[2]).Should().BeTrue();
        sgd.MomentumBuffers[0].BitwiseEquals(state.MomentumBuffers[0]).Should().BeTrue();
        var counters = found.Extra["counters"];
        counters["step"].AsInt().Should().Be(1L << 40);
        counters[3L].AsInt().Should().Be(long.MinValue);
        counters[0.5].AsFloat().Should().Be(double.NaN);
        counters[true].AsText().Should().Be("權重");
        counters["list"].AsList().Should().BeEmpty();
        counters["tuple"].AsList().Select(item => item.Kind).Should().Equal(PickleKind.None, PickleKind.Int);
        found.Extra.Should().HaveCount(1);
    }

    [Theory]
    [InlineData("tiny_plain.pth")]
    [InlineData("tiny.pdparams")]
    [InlineData("tiny.npz")]
    public void A_file_of_tensors_alone_is_a_checkpoint_of_epoch_zero(string name)
    {
        using var found = Checkpoint.Read(Fixture.PathOf(name));
        using var tensors = TensorFile.Read(Fixture.PathOf(name));

        found.StartEpoch.Should().Be(0);
        found.Optimizer.Kind.Should().Be(PickleKind.None);
        Samples.ShouldEqual(found.Model, tensors);
    }

    [Fact]
    public void A_read_checkpoint_written_again_is_the_same()
    {
        using var first = Checkpoint.Read(Fixture.PathOf("tiny.pth"));
        first.Write(folder.File("a.pth"));
        using var second = Checkpoint.Read(folder.File("a.pth"));
        second.Write(folder.File("b.pth"));

        File.ReadAllBytes(folder.File("b.pth")).Should().Equal(File.ReadAllBytes(folder.File("a.pth")));
        second.StartEpoch.Should().Be(1);
        Samples.ShouldEqual(second.Model, first.Model);
    }

    [Fact]
    public void Integers_of_more_than_64_bits_survive_and_say_that_they_are_too_long()
    {
        var value = new PickleValue(PickleKind.Int, BigInteger.Pow(3, 80));
        new Checkpoint(0, [], value).Write(folder.File("x.pth"));

        using var found = Checkpoint.Read(folder.File("x.pth"));
        found.Optimizer.ToString().Should().Be(BigInteger.Pow(3, 80).ToString(System.Globalization.CultureInfo.InvariantCulture));
        ((Action)(() => found.Optimizer.AsInt()))
            .Should()
            .Throw<AlignException>()
            .WithMessage("expected an integer of 64 bits, found 147808829414345923316083210206383297601");
    }

    [Fact]
    public void Values_say_what_they_are_when_asked_for_something_else()
    {
        var value = PickleValue.Dict(("a", 1.5), ("b", PickleValue.List("x")));

        ((Action)(() => value["c"].AsInt()))
            .Should()
            .Throw<AlignException>()
            .WithMessage("expected the key 'c' in a dict, found only 'a', 'b'");
        ((Action)(() => value["a"].AsInt())).Should().Throw<AlignException>().WithMessage("expected an integer of 64 bits, found 1.5");
        ((Action)(() => value["b"].AsTensor())).Should().Throw<AlignException>().WithMessage("expected a tensor, found a list");
        ((Action)(() => value["b"].AsDict())).Should().Throw<AlignException>().WithMessage("expected a dict, found a list");
        ((Action)(() => new Checkpoint(0, [], value).AddExtra("model", value)))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*found 'model'");
    }

    public void Dispose() => folder.Dispose();
}
