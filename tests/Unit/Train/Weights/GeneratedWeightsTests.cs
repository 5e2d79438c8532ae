using PPYolo.Align.Formats;
using PPYolo.Align.Generation;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Weights;

public sealed class GeneratedWeightsTests
{
    private const string Convolution = "backbone.conv1.conv1_1.conv.weight",
        Norm = "backbone.conv1.conv1_1.norm.weight";

    [Fact]
    public void Have_the_published_bits_and_sums()
    {
        using var weights = Of(NetworkPresets.R18Vd, "1", WeightProfile.Plain);

        Bits(weights[Convolution], 3).Should().Equal(0x3bb8e2ab, 0xbd9387bb, 0xbe6f2b08);
        // Float32 numbers of like magnitude: their float64 sum is exact.
        weights[Convolution].As<float>().ToArray().Sum(value => (double)value).Should().Be(22.608536713407375);
        Bits(weights[Norm], 2).Should().Equal(0x3f8112df, 0x3f9158bd);
        weights["backbone.conv1.conv1_1.norm.num_batches_tracked"].As<long>()[0].Should().Be(0);
    }

    /// <summary>Every rule by a key that it is for: scale and offset.</summary>
    [Theory]
    [InlineData(Convolution, 0.3333333333333333, 0, 0.3333333333333333, 0)]
    [InlineData("backbone.res5.res5a.branch2b.conv_offset.weight", 0.012757759076995717, 0, 0.012757759076995717, 0)]
    [InlineData("backbone.res5.res5a.branch2b.conv_offset.bias", 0.5, 0, 0.5, 0)]
    [InlineData("backbone.res2.res2a.branch2c.norm.weight", 0.2, 1, 0.02, 0.1)]
    [InlineData("backbone.res2.res2a.branch2b.norm.weight", 0.2, 1, 0.2, 1)]
    [InlineData("neck.yolo_block_0.tip.conv.batch_norm.weight", 0.2, 1, 0.2, 1)]
    [InlineData("neck.yolo_block_0.tip.conv.batch_norm.bias", 0.1, 0, 0.1, 0)]
    [InlineData("neck.yolo_block_0.tip.conv.batch_norm.running_mean", 0.1, 0, 0.1, 0)]
    [InlineData("neck.yolo_block_0.tip.conv.batch_norm.running_var", 0.2, 1, 0.2, 1)]
    [InlineData("yolo_head.yolo_output_1.weight", 0.07654655446197431, 0, 0.0038273277230987155, 0)]
    [InlineData("yolo_head.yolo_output_1.bias", 0.1, 0, 0.1, 0)]
    public void Follow_the_rules_of_their_keys(string key, double scale, double offset, double calmScale, double calmOffset)
    {
        ShouldBe(WeightProfile.Plain, scale, offset);
        ShouldBe(WeightProfile.Calm, calmScale, calmOffset);

        void ShouldBe(WeightProfile profile, double itsScale, double itsOffset)
        {
            var found = R50[profile][key];
            var expected = new float[found.Count];
            new PortableStream("7/" + key).FillScaled(expected, (float)itsScale, (float)itsOffset);
            found.BitwiseEquals(TensorData.Of<float>(expected, found.Shape.AsSpan())).Should().BeTrue("of {0}, {1}", key, profile);
        }
    }

    [Theory]
    [InlineData("r18vd", 4, 29, 54)]
    [InlineData("r50vd", 7, 32, 57)]
    public void From_scratch_expect_few_objects(string name, params int[] objectness)
    {
        using var weights = Of(NetworkPresets.Find(name)!, "1", WeightProfile.Scratch);
        var biases = weights["yolo_head.yolo_output_0.bias"].As<float>().ToArray();

        biases
            .Select((bias, channel) => (bias, channel))
            .Where(pair => pair.bias != 0)
            .Select(pair => pair.channel)
            .Should()
            .Equal(objectness);
        biases[objectness[0]].Should().BeApproximately(-4.59512f, 1e-5f, "its sigmoid is 0.01");
        weights["backbone.conv1.conv1_1.norm.weight"].As<float>().ToArray().Should().OnlyContain(value => value == 1);
        weights["backbone.conv1.conv1_1.norm.running_var"].As<float>().ToArray().Should().OnlyContain(value => value == 1);
        weights
            .Where(pair => pair.Key.Contains("conv_offset", StringComparison.Ordinal))
            .Should()
            .NotContain(pair => pair.Value.As<float>().ToArray().Any(value => value != 0));
    }

    [Fact]
    public void Calm_the_last_norm_of_basic_blocks()
    {
        using var weights = Of(NetworkPresets.R18Vd, "1", WeightProfile.Calm);

        weights["backbone.res2.res2a.branch2b.norm.weight"]
            .As<float>()
            .ToArray()
            .Should()
            .OnlyContain(value => value > 0.07f && value < 0.13f);
        weights["backbone.res2.res2a.branch2a.norm.weight"]
            .As<float>()
            .ToArray()
            .Should()
            .OnlyContain(value => value > 0.7f && value < 1.3f);
    }

    /// <summary>The reference's own summaries of the weights it started from.</summary>
    [Theory]
    [InlineData("r18vd-96", "1", WeightProfile.Plain)]
    [InlineData("r18vd-96-calm", "5", WeightProfile.Calm)]
    public void Have_the_largest_magnitudes_of_the_reference(string folder, string seed, WeightProfile profile)
    {
        var path = Fixtures.PathOf("reference", folder, "reference.npz");
        using var reference = Npz.Read(path);
        var names = Npz.ReadStrings(path, "names");
        using var weights = Of(NetworkPresets.R18Vd, seed, profile);

        var found = names.Select(name => (double)weights[name].As<float>().ToArray().Max(Math.Abs));

        found.Should().Equal(reference["init_absmax"].As<double>().ToArray());
    }

    private static readonly Dictionary<WeightProfile, NamedTensors> R50 = Enum.GetValues<WeightProfile>()
        .ToDictionary(profile => profile, profile => Of(NetworkPresets.R50Vd, "7", profile));

    private static NamedTensors Of(NetworkOptions options, string seed, WeightProfile profile)
    {
        using var network = new PPYoloNetwork(options);
        return GeneratedWeights.Create(seed, profile, options).For(StateEntries.Of(network));
    }

    private static IEnumerable<uint> Bits(TensorData tensor, int count) =>
        tensor.As<float>()[..count].ToArray().Select(BitConverter.SingleToUInt32Bits);
}
