using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Model.Networks;
using PPYolo.Train.Inference;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Inference;

public sealed class ModelWeightsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_a_checkpoint_the_model_is_taken()
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        using var checkpoint = new Checkpoint(3, NetworkState.Save(network), PickleValue.None);
        checkpoint.Write(folder.File("c.pth"));

        using var weights = ModelWeights.Read(folder.File("c.pth"));

        weights.Should().HaveCount(checkpoint.Model.Count).And.OnlyContain(pair => pair.Value.BitwiseEquals(checkpoint.Model[pair.Key]));
        ModelWeights.Detector(folder.File("c.pth"), NetworkPresets.R18Vd).Dispose();
    }

    [Theory]
    [InlineData("r18vd", 7, "r18vd", "*w.npz: expected weights of 20 classes, found 7;*classes=7")]
    [InlineData("r18vd", 20, "r50vd", "*w.npz: expected weights of the configured network, found those of r18vd with 20 classes;*")]
    public void Weights_of_another_network_are_named(string theirs, int classes, string wanted, string message)
    {
        using (var network = TestTensors.Network(NetworkPresets.Find(theirs)! with { Classes = classes }))
        {
            TensorFile.Write(folder.File("w.npz"), NetworkState.Save(network));
        }

        FluentActions
            .Invoking(() => ModelWeights.Detector(folder.File("w.npz"), NetworkPresets.Find(wanted)!))
            .Should()
            .Throw<AlignException>()
            .WithMessage(message);
    }

    [Fact]
    public void Weights_of_no_known_network_are_refused_with_what_is_missing()
    {
        var path = Fixtures.PathOf("inference", "r18vd.npz");

        FluentActions
            .Invoking(() => ModelWeights.Detector(path, NetworkPresets.R18Vd))
            .Should()
            .Throw<AlignException>()
            .Which.Message.Should()
            .Contain(path)
            .And.Contain("missing")
            .And.Contain("backbone.conv1.conv1_1.conv.weight")
            .And.NotContain("\n");
    }

    [Fact]
    public void A_folder_without_a_record_is_refused() =>
        FluentActions.Invoking(() => ModelWeights.Read(folder.Path)).Should().Throw<AlignException>().WithMessage("*1__*not found*");
}
