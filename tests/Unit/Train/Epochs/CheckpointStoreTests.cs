using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Coco;
using PPYolo.Train.Epochs;

namespace PPYolo.Tests.Unit.Train.Epochs;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Keeps_the_last_ones_and_the_best()
    {
        var store = new CheckpointStore(folder.Path, keep: 2);
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            store.Write(Checkpoint(epoch));
            store.AddScore(new(epoch, epoch == 2 ? 0.9 : 0.1, new Dictionary<string, double> { ["AP50"] = 0.5 }));
        }

        folder.Names().Should().Equal("checkpoints.json", "epoch0002.pth", "epoch0004.pth", "epoch0005.pth");
        var again = new CheckpointStore(folder.Path);
        again.Latest.Should().EndWith("epoch0005.pth");
        again.Best.Should().EndWith("epoch0002.pth");
        again.Scores.Should().HaveCount(5);
        again.Scores[1].Figures["AP50"].Should().Be(0.5);
    }

    [Fact]
    public void What_is_undefined_is_never_the_best()
    {
        var store = new CheckpointStore(folder.Path);
        store.Write(Checkpoint(1));

        store.AddScore(new(1, CocoResult.Undefined, new Dictionary<string, double>())).Should().BeFalse();

        store.Best.Should().BeNull();
    }

    [Fact]
    public void Keeps_all_where_told_to()
    {
        var store = new CheckpointStore(folder.Path, keep: 0);
        for (var epoch = 1; epoch <= 5; epoch++)
        {
            store.Write(Checkpoint(epoch));
        }

        folder.Names().Should().HaveCount(6);
    }

    [Fact]
    public void Leftovers_of_an_interrupted_run_go_and_nothing_else()
    {
        new CheckpointStore(folder.Path).Write(Checkpoint(1));
        File.WriteAllText(folder.File("epoch0002.pth.0123.tmp"), "half");
        File.WriteAllText(folder.File("notes.tmp"), "mine");

        new CheckpointStore(folder.Path).RemoveLeftovers();

        folder.Names().Should().Equal("checkpoints.json", "epoch0001.pth", "notes.tmp");
    }

    [Fact]
    public void A_checkpoint_of_something_else_is_refused_with_what_to_do()
    {
        var path = folder.File("other.pth");
        Checkpoint(3).Write(path);

        FluentActions
            .Invoking(() => TrainingState.Read(path))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{path}: expected a checkpoint of ppyolo train*-c FILE*");
    }

    public void Dispose() => folder.Dispose();

    private static Checkpoint Checkpoint(int epoch)
    {
        var tensors = new NamedTensors();
        tensors.Add("weight", TensorData.Scalar(1f));
        return new(epoch, tensors, PickleValue.None);
    }
}
