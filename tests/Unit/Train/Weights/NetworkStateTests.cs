using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Weights;

public sealed class NetworkStateTests
{
    private const string Key = "backbone.conv1.conv1_1.norm.weight",
        Counter = "backbone.conv1.conv1_1.norm.num_batches_tracked";

    [Fact]
    public void Saves_what_was_loaded()
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        using var saved = NetworkState.Save(network);
        using var other = new PPYoloNetwork(NetworkPresets.R18Vd);

        NetworkState.Load(other, saved);

        TensorDigest.Of(NetworkState.Save(other)).Should().Be(TensorDigest.Of(saved));
    }

    [Theory]
    [InlineData("without", "*1 missing (" + Key + "); 0 unknown; 0 of another shape or type")]
    [InlineData("extra", "*0 missing; 1 unknown (backbone.conv9); 0 of another shape or type")]
    [InlineData("reshaped", "*0 missing; 0 unknown; 1 of another shape or type (" + Key + " (expected float32 32, found float32 1))")]
    [InlineData("retyped", "*0 missing; 0 unknown; 1 of another shape or type (" + Key + " (expected float32 32, found float64 32))")]
    public void What_is_not_the_networks_is_refused_and_nothing_is_loaded(string fault, string message)
    {
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd);
        var before = TensorDigest.Of(NetworkState.Save(network));
        using var weights = Broken(fault);
        var load = () => NetworkState.Load(network, weights);

        load.Should().Throw<AlignException>().WithMessage(message);
        TensorDigest.Of(NetworkState.Save(network)).Should().Be(before);
    }

    [Fact]
    public void Counters_may_be_missing_and_are_then_zero()
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        network.train();
        using var images = TestTensors.Of("images", 1, 1, 3, 64, 64);
        network.Randomness.Source = (_, shape) => TorchSharp.torch.ones(shape);
        network.call(images);
        using var weights = new NamedTensors();
        foreach (
            var (name, tensor) in NetworkState
                .Save(network)
                .Where(pair => !pair.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        )
        {
            weights.Add(name, tensor);
        }

        NetworkState.Save(network)[Counter].As<long>()[0].Should().Be(1);
        NetworkState.Load(network, weights);

        NetworkState.Save(network)[Counter].As<long>()[0].Should().Be(0);
    }

    [Theory]
    [InlineData("generator:12", "12", WeightProfile.Plain, "plain")]
    [InlineData("generator:3:calm", "3", WeightProfile.Calm, "calm")]
    [InlineData("generator:3:scratch", "3", WeightProfile.Scratch, "scratch")]
    [InlineData("generator:3:Plain", "3", WeightProfile.Plain, "plain")]
    public void A_generator_is_named_by_seed_and_profile(string text, string seed, WeightProfile profile, string name)
    {
        var start = StartWeights.Parse(text);

        start.Should().Be(new StartWeights(seed, profile, null));
        start.ProfileName.Should().Be(name);
    }

    [Theory]
    [InlineData("generator:")]
    [InlineData("generator:x")]
    [InlineData("generator:-1")]
    [InlineData("generator:1:wild")]
    [InlineData("generator:1:7")]
    [InlineData("generator:1:calm:more")]
    public void A_generator_that_cannot_be_is_refused(string text) =>
        Refused(text).Should().StartWith($"--init {text}: expected generator:SEED");

    [Fact]
    public void A_file_must_exist()
    {
        Refused("no/such/file.npz").Should().StartWith("--init no/such/file.npz: no such file");
        StartWeights.Parse(Fixtures.PathOf("formats", "tiny.npz")).ProfileName.Should().Be("file");
    }

    private static string Refused(string text)
    {
        var parse = () => StartWeights.Parse(text);

        return parse.Should().Throw<AlignException>().Which.Message;
    }

    private static NamedTensors Broken(string fault)
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        var broken = new NamedTensors();
        foreach (var (name, tensor) in NetworkState.Save(network))
        {
            if (name != Key)
            {
                broken.Add(name, tensor);
            }
            else if (fault != "without")
            {
                broken.Add(
                    name,
                    fault switch
                    {
                        "reshaped" => TensorData.Of<float>([1], 1),
                        "retyped" => TensorData.Of<double>(new double[32], 32),
                        _ => tensor,
                    }
                );
            }
        }

        if (fault == "extra")
        {
            broken.Add("backbone.conv9", TensorData.Scalar(1f));
        }

        return broken;
    }
}
