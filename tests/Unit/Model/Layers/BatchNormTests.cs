using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

public sealed class BatchNormTests
{
    private const double Momentum = 0.1,
        Epsilon = 1e-5;

    // In float64 both sides round a few hundred sums of numbers near 1.
    private const double WideRounding = 1e-12;

    // Float32 maps of numbers up to 5, whose sums are float64 on one side; gradients of channels are sums over some hundred values.
    private const double NarrowRounding = 1e-5;

    /// <summary>Activation and channels: fewer than a vector has, exactly as many, and more with a rest.</summary>
    public static TheoryData<Activation, int> Cases => Combinations.Of<Activation, int>(Enum.GetValues<Activation>(), [1, 3, 16, 37]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_libtorch_in_float64(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        using var norm = Norm(channels);
        norm.to(ScalarType.Float64);
        var map = Map(channels).to(ScalarType.Float64);
        var (mean, variance) = (Entry(norm, "running_mean").clone(), Entry(norm, "running_var").clone());
        for (var call = 1; call <= 2; call++)
        {
            var found = Run(map, leaf => norm.Normalize(leaf, activation), Entry(norm, "weight"), Entry(norm, "bias"));
            var expected = Expected(norm, map, activation, mean, variance);

            ShouldBeNear(found, expected, WideRounding);
            Entry(norm, "running_mean").ShouldBeNear(mean, WideRounding, "running mean");
            Entry(norm, "running_var").ShouldBeNear(variance, WideRounding, "running variance");
            Entry(norm, "num_batches_tracked").item<long>().Should().Be(call);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernel_equals_libtorch_in_float64(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        using Normalization norms = new(Norm(channels), Norm(channels));
        var map = Map(channels);
        norms.Wide.to(ScalarType.Float64);
        var (mean, variance) = (Entry(norms.Wide, "running_mean").clone(), Entry(norms.Wide, "running_var").clone());

        var found = Run(map, leaf => norms.Narrow.Normalize(leaf, activation), Entry(norms.Narrow, "weight"), Entry(norms.Narrow, "bias"));
        var expected = Expected(norms.Wide, map.to(ScalarType.Float64), activation, mean, variance);

        ShouldBeNear(found, expected, NarrowRounding);
        // The batch's statistics are float64 and are rounded once, when they are stored: half a unit in the last place of numbers up to 4.
        Entry(norms.Narrow, "running_mean").ShouldBeNear(mean, 2.4e-7, "running mean");
        Entry(norms.Narrow, "running_var").ShouldBeNear(variance, 2.4e-7, "running variance");
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.LeakyRelu)]
    [InlineData(Activation.Mish)]
    public void Has_the_gradients_of_its_values(Activation activation)
    {
        using var scope = NewDisposeScope();
        var upstream = TestTensors.Wide("upstream", 1, 2, 3, 2, 3);

        GradientCheck.Check(
            inputs =>
            {
                var statistics = BatchStatistics.Of(inputs[0].detach(), Epsilon, null);
                var fused = activation == Activation.Mish ? Activation.None : activation;
                var output = BatchNormFunction.Apply(inputs[0], inputs[1], inputs[2], statistics, fused, null);
                return ((fused == activation ? output : activation.Apply(output)) * upstream).sum();
            },
            TestTensors.Wide("map", 2, 2, 3, 2, 3),
            TestTensors.Wide("weight", 1, 3),
            TestTensors.Wide("bias", 0.5f, 3)
        );
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluation_uses_running_statistics_and_leaves_them(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        using var norm = Norm(channels);
        var map = Map(channels);
        norm.eval();
        var before = StateEntries.Of(norm).Select(entry => entry.Value.clone()).ToList();

        var output = norm.Normalize(map, activation);

        var normalized = (map - Channel(norm, "running_mean")) / (Channel(norm, "running_var") + Epsilon).sqrt();
        output.ShouldBeNear(Activated((normalized * Channel(norm, "weight")) + Channel(norm, "bias"), activation), NarrowRounding);
        foreach (var (entry, value) in StateEntries.Of(norm).Zip(before))
        {
            entry.Value.ShouldEqual(value, entry.Key);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_map_given_away_is_normalized_in_place_where_no_gradient_needs_it(Activation activation, int channels)
    {
        using var scope = NewDisposeScope();
        using Normalization norms = new(Norm(channels), Norm(channels));
        var expected = norms.Wide.Normalize(Map(channels), activation).detach();

        var leaf = Map(channels).Leaf();
        norms.Narrow.NormalizeOwn(leaf.alias(), activation).detach().ShouldEqual(expected, "with gradients");
        leaf.detach().ShouldEqual(Map(channels), "a map that a gradient needs");
        norms
            .Narrow.NormalizeOwn(Map(channels), activation)
            .requires_grad.Should()
            .BeTrue("the norm's own parameters train, though what is before it does not");
        foreach (var parameter in norms.Wide.parameters())
        {
            parameter.requires_grad_(false);
        }

        var own = Map(channels);
        var found = norms.Wide.NormalizeOwn(own, activation);
        found.ShouldEqual(expected, "without");
        ReferenceEquals(found, own).Should().Be(activation != Activation.Mish);
        StateEntries.Of(norms.Wide).Single(entry => entry.Key == "num_batches_tracked").Value.item<long>().Should().Be(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.25)]
    [InlineData(1)]
    public void Momentum_is_the_share_of_the_batch(double momentum)
    {
        using var scope = NewDisposeScope();
        using var norm = Norm(3, momentum);
        var map = Map(3);
        var (mean, variance) = (Entry(norm, "running_mean").clone(), Entry(norm, "running_var").clone());

        norm.call(map);

        // One rounding to float32, of numbers up to 4.
        Entry(norm, "running_mean").ShouldBeNear((mean * (1 - momentum)) + (map.mean([0L, 2, 3]) * momentum), 1e-6);
        Entry(norm, "running_var").ShouldBeNear((variance * (1 - momentum)) + (map.var([0L, 2, 3], unbiased: true) * momentum), 1e-6);
        if (momentum == 0)
        {
            Entry(norm, "running_var").ShouldEqual(variance);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Needs_more_than_one_value_per_channel(ScalarType type)
    {
        using var norm = Norm(3);
        norm.to(type);
        using var map = TestTensors.Of("map", 1, 1, 3, 1, 1).to(type);
        var call = () => norm.call(map);

        call.Should().Throw<ArgumentException>().WithMessage("a norm needs more than one value per channel in training*1x3x1x1*");
        Entry(norm, "num_batches_tracked").item<long>().Should().Be(0);
        norm.eval();
        call.Should().NotThrow();
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.LeakyRelu)]
    [InlineData(Activation.Mish)]
    public void A_nan_is_not_hidden(Activation activation)
    {
        using var scope = NewDisposeScope();
        using var norm = Norm(19);
        var map = Map(19);
        map[0, 2, 1, 1] = float.NaN;
        map[0, 18, 1, 1] = float.NaN;

        var output = norm.Normalize(map, activation);

        // Through the channel's mean it is everywhere in its channel, and only there.
        output
            .isnan()
            .to(ScalarType.Int64)
            .sum([0L, 2, 3])
            .ShouldEqual(tensor([.. Enumerable.Range(0, 19).Select(c => c is 2 or 18 ? map.numel() / 19 : 0)]));
    }

    [Fact]
    public void A_large_mean_costs_no_digits()
    {
        using var scope = NewDisposeScope();
        using var norm = new BatchNorm(1, Momentum, Epsilon);
        // Multiples of 1/8 from 8192 to 8193: exact in float32, though their squares are not; a float32 sum of squares would leave nothing
        // of the variance.
        var map = (8192 + (arange(9, dtype: ScalarType.Float32) / 8)).view(1, 1, 3, 3);

        norm.call(map);

        // Unbiased variance of 0, 1/8 .. 1.
        Entry(norm, "running_var")[0].item<float>().Should().BeApproximately((float)(0.9 + (0.1 * 60 / 8 / 64)), 1e-7f);
    }

    private static BatchNorm Norm(int channels, double momentum = Momentum)
    {
        var norm = new BatchNorm(channels, momentum, Epsilon);
        using var noGrad = no_grad();
        Entry(norm, "weight").copy_(TestTensors.Of("weight", 1.5f, channels));
        Entry(norm, "bias").copy_(TestTensors.Of("bias", 1, channels));
        Entry(norm, "running_mean").copy_(TestTensors.Of("mean", 1, channels));
        Entry(norm, "running_var").copy_(TestTensors.Of("variance", 0.5f, channels) + 1);
        return norm;
    }

    private static Tensor Map(int channels) =>
        TestTensors.Of("map", 2, 3, channels, 5, 7) + TestTensors.Of("shift", 3, channels).view(1, -1, 1, 1);

    private static Tensor Entry(BatchNorm norm, string key) => StateEntries.Of(norm).Single(entry => entry.Key == key).Value;

    private static Tensor Channel(BatchNorm norm, string key) => Entry(norm, key).view(1, -1, 1, 1);

    private static Result Expected(BatchNorm norm, Tensor map, Activation activation, Tensor mean, Tensor variance)
    {
        Tensor weight = Entry(norm, "weight").Leaf(),
            bias = Entry(norm, "bias").Leaf();
        return Run(
            map,
            leaf => Activated(nn.functional.batch_norm(leaf, mean, variance, weight, bias, training: true, Momentum, Epsilon), activation),
            weight,
            bias
        );
    }

    private static Tensor Activated(Tensor x, Activation activation) =>
        activation switch
        {
            Activation.None => x,
            Activation.Relu => nn.functional.relu(x),
            Activation.LeakyRelu => nn.functional.leaky_relu(x, 0.1),
            _ => x * nn.functional.softplus(x).tanh(),
        };

    private static Result Run(Tensor map, Func<Tensor, Tensor> layer, Tensor weight, Tensor bias)
    {
        weight.grad = null;
        bias.grad = null;
        var leaf = map.Leaf();
        var output = layer(leaf);
        (output * TestTensors.Of("upstream", 1, output.shape).to(output.dtype)).sum().backward();
        BackwardPass.Finish();
        return new(output, leaf.grad!, weight.grad!, bias.grad!);
    }

    private static void ShouldBeNear(Result found, Result expected, double tolerance)
    {
        found.Output.ShouldBeNear(expected.Output, tolerance, "output");
        found.Input.ShouldBeNear(expected.Input, tolerance, "gradient of input");
        found.Weight.ShouldBeNear(expected.Weight, tolerance, "gradient of weight");
        found.Bias.ShouldBeNear(expected.Bias, tolerance, "gradient of bias");
    }

    private sealed record Result(Tensor Output, Tensor Input, Tensor Weight, Tensor Bias);

    private sealed record Normalization(BatchNorm Narrow, BatchNorm Wide) : IDisposable
    {
        public void Dispose()
        {
            Narrow.Dispose();
            Wide.Dispose();
        }
    }
}
