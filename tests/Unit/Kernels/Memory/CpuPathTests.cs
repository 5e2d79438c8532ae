using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Reference;
using PPYolo.Harness.Stages;
using PPYolo.Kernels.Convolutions;
using PPYolo.Kernels.Memory;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Memory;

/// <summary>
/// What a card runs, run on the CPU: operators that every device has in the place of this project's kernels, and what ranks exchange
/// through copies.
/// </summary>
public sealed class CpuPathTests
{
    /// <summary>
    /// The smallest network to its final weights; of the others so many iterations that each of their operators has computed maps, losses,
    /// gradients and statistics from weights that it has moved itself.
    /// </summary>
    [Theory]
    [InlineData("r18vd-96-calm", 10)]
    [InlineData("r50vd-aligngrad-calm", 2)]
    [InlineData("r50vd-trainable-calm", 2)]
    [InlineData("ppyolov2-r50vd", 2)]
    public void Operators_that_every_device_has_train_as_the_reference_did(string name, int iterations)
    {
        using var path = CpuPath.Close(kernels: true, memory: true);

        Require(ReferenceScenario.Run(Fixtures.Reference(name), new() { Iterations = iterations }), name);
    }

    [Theory]
    [InlineData("r18vd")]
    [InlineData("r50vd")]
    public void They_find_what_the_reference_found(string network)
    {
        using var path = CpuPath.Close(kernels: true, memory: true);

        Require(InferenceScenario.Run(Fixtures.PathOf("inference"), new() { Networks = [network] }), network);
    }

    [Fact]
    public void Kernels_are_taken_until_the_way_is_closed_and_then_again()
    {
        using var map = ones(1, 64, 16, 16);
        using var weight = ones(64, 64, 3, 3);

        using (CpuPath.Close(kernels: true, memory: false))
        {
            PanelConvolution.Suits(map, weight, 1).Should().BeFalse();
            TensorMemory.IsPlain(map).Should().BeFalse();
            CpuPath.HasMemory(map).Should().BeTrue();
        }

        using (CpuPath.Close(kernels: false, memory: true))
        {
            TensorMemory.IsPlain(map).Should().BeTrue();
            CpuPath.HasMemory(map).Should().BeFalse();
        }

        PanelConvolution.Suits(map, weight, 1).Should().Be(PanelProduct.IsQuick);
        TensorMemory.IsPlain(map).Should().BeTrue();
    }

    [Fact]
    public void Ranks_that_exchange_copies_train_the_same_bits()
    {
        using var direct = TwoRanks();
        using var path = CpuPath.Close(kernels: false, memory: true);
        using var copied = TwoRanks();

        copied.Count.Should().BeGreaterThan(100);
        copied
            .Where(pair => !pair.Value.BitwiseEquals(direct[pair.Key]))
            .Select(pair => pair.Key)
            .Should()
            .BeEmpty("a copy has the bits of its tensor");
    }

    private static NamedTensors TwoRanks()
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=4", "sizes=[64]"]);
        var start = StartWeights.Parse("generator:1").For(options.ToNetwork());
        var plan = new RunPlan(options, start, RankBatches.Generated("1", options, [2, 2], perRankSizes: false), 2, "1");
        return ThreadTeam.Run(2, 1, ranks => IterationLoop.Execute(plan, ranks)).Raw;
    }

    private static void Require(Verdict verdict, string name) =>
        verdict
            .Aligned.Should()
            .BeTrue(
                "{0}\n{1}",
                name,
                VerdictText.Format(verdict).Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
            );
}
