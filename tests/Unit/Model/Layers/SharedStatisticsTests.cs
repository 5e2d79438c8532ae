using PPYolo.Kernels.Elementwise;
using PPYolo.Kernels.Normalization;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Model.State;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Layers;

/// <summary>Norms of several trainers that each have a part of a batch.</summary>
public sealed class SharedStatisticsTests
{
    /// <summary>Images of each part, activation, type.</summary>
    public static TheoryData<int[], Activation, ScalarType> Cases
    {
        get
        {
            var cases = new TheoryData<int[], Activation, ScalarType>();
            foreach (var activation in Enum.GetValues<Activation>())
            {
                foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
                {
                    cases.Add([2, 2], activation, type);
                    cases.Add([3, 1], activation, type);
                    cases.Add([1, 2, 1], activation, type);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parts_compute_what_the_whole_batch_does(int[] images, Activation activation, ScalarType type)
    {
        using var scope = NewDisposeScope();
        // Only the order of float64 sums differs; in float32 what follows from them is rounded, and parameter gradients are added up
        // afterwards.
        var tolerance = type == ScalarType.Float64 ? 1e-12 : 1e-6;
        Tensor map = Map().to(type),
            upstream = TestTensors.Of("upstream", 1, map.shape).to(type);
        var whole = Run(map, upstream, activation, null);

        using var joined = new JoinedParts(images.Length);
        var parts = joined.Run(
            (part, reduction) =>
            {
                var start = images.Take(part).Sum();
                return Run(map.narrow(0, start, images[part]), upstream.narrow(0, start, images[part]), activation, reduction);
            }
        );

        cat([.. parts.Select(part => part.Output)]).ShouldBeNear(whole.Output, tolerance, "output");
        cat([.. parts.Select(part => part.Input)]).ShouldBeNear(whole.Input, tolerance, "gradient of input");
        stack([.. parts.Select(part => part.Weight)]).sum([0L]).ShouldBeNear(whole.Weight, tolerance, "gradient of weight");
        stack([.. parts.Select(part => part.Bias)]).sum([0L]).ShouldBeNear(whole.Bias, tolerance, "gradient of bias");
        foreach (var part in parts)
        {
            part.Mean.ShouldBeNear(whole.Mean, tolerance, "running mean");
            part.Variance.ShouldBeNear(whole.Variance, tolerance, "running variance");
            part.Mean.ShouldEqual(parts[0].Mean, "running mean of all parts");
            part.Variance.ShouldEqual(parts[0].Variance, "running variance of all parts");
        }
    }

    [Fact]
    public void A_single_value_per_part_is_enough_where_there_are_several_parts()
    {
        using var scope = NewDisposeScope();
        var map = TestTensors.Of("map", 1, 2, 3, 1, 1);
        var whole = Run(map, ones_like(map), Activation.None, null);

        using var joined = new JoinedParts(2);
        var parts = joined.Run((part, reduction) => Run(map.narrow(0, part, 1), ones(1, 3, 1, 1), Activation.None, reduction));

        // Roundings of float32.
        cat([.. parts.Select(part => part.Output)]).ShouldBeNear(whole.Output, 1e-6);
    }

    [Fact]
    public void A_reduction_that_fails_in_the_forward_pass_fails_the_call()
    {
        using var norm = new BatchNorm(3, 0.1, 1e-5) { Reduction = new Failing(0) };
        using var map = TestTensors.Of("map", 1, 2, 3, 2, 2);
        var call = () => norm.call(map);

        call.Should().Throw<InvalidOperationException>().WithMessage("the other side is gone");
    }

    [Fact]
    public void A_reduction_that_fails_in_the_backward_pass_is_reported_afterwards()
    {
        using var scope = NewDisposeScope();
        var norm = new BatchNorm(3, 0.1, 1e-5) { Reduction = new Failing(2) };
        var leaf = TestTensors.Of("map", 1, 2, 3, 2, 2).Leaf();
        var loss = norm.call(leaf).square().sum();

        loss.backward();

        var ask = BackwardPass.Finish;
        ask.Should().Throw<InvalidOperationException>().WithMessage("the other side is gone");
        ask.Should().NotThrow("a failure is reported once");
        // Zeros, not what happened to be in memory.
        leaf.grad!.abs().max().item<float>().Should().Be(0);
    }

    [Fact]
    public void The_first_of_several_failures_is_reported()
    {
        BackwardPass.Current.Keep(new InvalidOperationException("first"));
        BackwardPass.Current.Keep(new InvalidOperationException("second"));

        var ask = BackwardPass.Finish;

        ask.Should().Throw<InvalidOperationException>().WithMessage("first");
        ask.Should().NotThrow();
    }

    private static Tensor Map() =>
        TestTensors.Of("map", 2, 4, 19, 3, 5)
        + TestTensors.Of("shift", 3, 19).view(1, -1, 1, 1)
        + TestTensors.Of("image", 1, 4).view(-1, 1, 1, 1);

    private static Result Run(Tensor map, Tensor upstream, Activation activation, IStatisticsReduction? reduction)
    {
        var norm = new BatchNorm(map.shape[1], 0.1, 1e-5) { Reduction = reduction };
        using (no_grad())
        {
            Entry(norm, "weight").copy_(TestTensors.Of("weight", 1.5f, map.shape[1]));
            Entry(norm, "bias").copy_(TestTensors.Of("bias", 1, map.shape[1]));
        }

        norm.to(map.dtype);
        var leaf = map.Leaf();
        var output = norm.Normalize(leaf, activation);
        (output * upstream).sum().backward();
        BackwardPass.Finish();
        return new(
            output,
            leaf.grad!,
            Entry(norm, "weight").grad!,
            Entry(norm, "bias").grad!,
            Entry(norm, "running_mean"),
            Entry(norm, "running_var")
        );
    }

    private static Tensor Entry(BatchNorm norm, string key) => StateEntries.Of(norm).Single(entry => entry.Key == key).Value;

    private sealed record Result(Tensor Output, Tensor Input, Tensor Weight, Tensor Bias, Tensor Mean, Tensor Variance);

    /// <summary>Adds nothing, and fails after some sums.</summary>
    private sealed class Failing(int good) : IStatisticsReduction
    {
        private int left = good;

        public void Sum(Tensor sums)
        {
            if (left-- == 0)
            {
                throw new InvalidOperationException("the other side is gone");
            }
        }
    }
}
