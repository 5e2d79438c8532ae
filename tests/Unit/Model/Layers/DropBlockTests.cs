using PPYolo.Align.Generation;
using PPYolo.Model.Layers;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class DropBlockTests
{
    private const int Side = 20;

    public static TheoryData<string, NetworkOptions, bool> Off =>
        new()
        {
            { "evaluation", NetworkPresets.R50Vd, false },
            { "switched off", NetworkPresets.R50Vd with { DropBlock = false }, true },
            { "keeping all", NetworkPresets.R50Vd with { DropBlockKeep = 1 }, true },
        };

    [Theory]
    [MemberData(nameof(Off))]
    public void Returns_its_input_where_it_is_off(string reason, NetworkOptions options, bool training)
    {
        using var scope = NewDisposeScope();
        // There is no source of random numbers: asking for one would throw.
        using var layer = new DropBlock(options, new Randomness(), "layer");
        layer.train(training);
        var input = TestTensors.Of("map", 1, 2, 3, Side, Side);

        layer.call(input).ShouldEqual(input, reason);
    }

    [Fact]
    public void Without_a_source_of_numbers_it_names_the_layer()
    {
        using var layer = new DropBlock(NetworkPresets.R50Vd, new Randomness(), "neck.some_block");
        using var input = zeros(1, 1, 4, 4);
        var call = () => layer.call(input);

        call.Should().Throw<InvalidOperationException>().WithMessage("layer 'neck.some_block' needs random numbers, and no source was set");
    }

    [Theory]
    [InlineData(0.9, 3)]
    [InlineData(0.6, 5)]
    public void Drops_squares_around_seeds_and_scales_the_rest(double keep, int size)
    {
        using var scope = NewDisposeScope();
        var (layer, input, numbers) = Prepare(keep, size, 2, 5);

        var output = layer.call(input).data<float>().ToArray();

        var kept = Kept(numbers, input.shape, Gamma(keep, size), size);
        var scale = (float)kept.Length / kept.Count(cell => cell);
        var values = input.data<float>().ToArray();
        kept.Should().Contain(true).And.Contain(false);
        output.Should().Equal(values.Select((value, i) => kept[i] ? value * scale : value * 0));
    }

    [Fact]
    public void Keeps_the_share_it_is_asked_to()
    {
        using var scope = NewDisposeScope();
        const double keep = 0.9;
        const int size = 3;
        var (layer, input, _) = Prepare(keep, size, 4, 16);

        var output = layer.call(ones_like(input));

        var share = output.gt(0).to(ScalarType.Float64).mean().item<double>();
        var gamma = Gamma(keep, size);
        // A cell is kept if none of the cells around it that exist is a seed.
        var expected = Enumerable.Range(0, Side * Side).Average(cell => Math.Pow(1 - gamma, Around(cell / Side) * Around(cell % Side)));
        // A seed drops up to size^2 cells, and seeds are independent: the standard deviation of the dropped share is at most size^2
        // sqrt(gamma / cells). Five of them.
        var deviation = size * size * Math.Sqrt(gamma / input.numel());
        share.Should().BeApproximately(expected, 5 * deviation);
        expected
            .Should()
            .BeApproximately(keep, 0.02, "squares overlap and are cut at the border, so that little less is dropped than asked for");
        // The sum is kept: as many ones as before, up to float32's rounding of 25,600 terms.
        output.mean().item<float>().Should().BeApproximately(1, 1e-5f);

        static int Around(int at) => 3 - (at == 0 ? 1 : 0) - (at == Side - 1 ? 1 : 0);
    }

    [Fact]
    public void Is_decided_by_its_source_alone()
    {
        using var scope = NewDisposeScope();
        var randomness = new Randomness();
        using var layer = new DropBlock(NetworkPresets.R50Vd, randomness, "neck.block");
        var input = TestTensors.Of("map", 1, 2, 3, Side, Side);
        var asked = new List<string>();

        Tensor With(string seed)
        {
            randomness.Source = (name, shape) =>
            {
                asked.Add($"{name} {string.Join('x', shape)}");
                return tensor(UniformValues(seed, shape), shape);
            };
            return layer.call(input);
        }

        With("a").ShouldEqual(With("a"));
        TensorAssertions.LargestDifference(With("a"), With("b")).Should().BeGreaterThan(0);
        asked.Should().OnlyContain(what => what == $"neck.block 2x3x{Side}x{Side}");
    }

    [Fact]
    public void Passes_gradients_where_it_keeps()
    {
        using var scope = NewDisposeScope();
        var (layer, input, _) = Prepare(0.9, 3, 2, 2);
        var leaf = input.Leaf();

        var output = layer.call(leaf);
        output.sum().backward();

        leaf.grad!.ShouldEqual(output.detach() / input);
    }

    private static (DropBlock Layer, Tensor Input, float[] Numbers) Prepare(double keep, int size, long batch, long channels)
    {
        var randomness = new Randomness { Source = (name, shape) => tensor(UniformValues(name, shape), shape) };
        var layer = new DropBlock(NetworkPresets.R50Vd with { DropBlockKeep = keep, DropBlockSize = size }, randomness, "fixed");
        // Powers of two, so that a quotient by them is exact.
        var input = pow(tensor(2f), TestTensors.Of("map", 4, batch, channels, Side, Side).round());
        return (layer, input, UniformValues("fixed", input.shape));
    }

    private static float[] UniformValues(string name, long[] shape)
    {
        var values = new float[shape.Aggregate((product, extent) => product * extent)];
        new PortableStream(name).FillUniform(values);
        return values;
    }

    private static double Gamma(double keep, int size) => (1 - keep) / (size * size) * Math.Pow(Side / (double)(Side - size + 1), 2);

    private static bool[] Kept(float[] numbers, long[] shape, double gamma, int size)
    {
        var kept = Enumerable.Repeat(true, numbers.Length).ToArray();
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] >= gamma)
            {
                continue;
            }

            int x = i % Side,
                y = i / Side % Side,
                plane = i - (i % (Side * Side)),
                reach = size / 2;
            for (var row = Math.Max(0, y - reach); row <= Math.Min(Side - 1, y + reach); row++)
            {
                for (var column = Math.Max(0, x - reach); column <= Math.Min(Side - 1, x + reach); column++)
                {
                    kept[plane + (row * Side) + column] = false;
                }
            }
        }

        return kept;
    }
}
