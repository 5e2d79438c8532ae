using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;

namespace PPYolo.Tests.Unit.Data.Batches;

public sealed class BatchTests
{
    [Fact]
    public void Takes_images_boxes_and_targets_and_leaves_the_rest()
    {
        var batch = new Batch(Tensors(), "file.npz");

        batch.Count.Should().Be(2);
        batch.Size.Should().Be(64);
        batch.Targets.Should().HaveCount(2);
        batch.Named.Select(pair => pair.Key).Should().Equal("image", "gt_bbox", "target0", "target1");
    }

    [Theory]
    [InlineData("image", "file.npz: tensor 'image' is missing; a batch has image, gt_bbox, target0, target1 ...")]
    [InlineData("gt_bbox", "file.npz: tensor 'gt_bbox' is missing; a batch has image, gt_bbox, target0, target1 ...")]
    [InlineData("target0", "file.npz: expected target0, target1 ... beside the images, found none")]
    public void What_is_missing_is_named(string name, string message) => Refused(Tensors(without: name)).Should().Be(message);

    [Theory]
    [InlineData("image", new long[] { 2, 3, 64 }, "file.npz: expected 'image' as float32 of 4 dimensions, found float32 2x3x64")]
    [InlineData("gt_bbox", new long[] { 2, 4 }, "file.npz: expected 'gt_bbox' as float32 of 3 dimensions, found float32 2x4")]
    [InlineData("target1", new long[] { 2, 3, 26, 4 }, "file.npz: expected 'target1' as float32 of 5 dimensions, found float32 2x3x26x4")]
    [InlineData("gt_bbox", new long[] { 3, 50, 4 }, "file.npz: 'gt_bbox' is for 3 images, 'image' has 2")]
    [InlineData("target1", new long[] { 1, 3, 26, 4, 4 }, "file.npz: 'target1' is for 1 images, 'image' has 2")]
    public void What_has_another_shape_is_named(string name, long[] shape, string message) =>
        Refused(Tensors(replace: (name, TensorData.Of<float>(new float[TensorData.CountOf(shape)], shape)))).Should().Be(message);

    [Fact]
    public void Another_type_is_refused() =>
        Refused(Tensors(replace: ("gt_bbox", TensorData.Of<double>(new double[400], 2, 50, 4))))
            .Should()
            .Be("file.npz: expected 'gt_bbox' as float32 of 3 dimensions, found float64 2x50x4");

    [Fact]
    public void A_recording_says_which_batch_it_lacks()
    {
        var read = () => new RecordedBatches(Fixtures.PathOf("reference", "r18vd-96-calm")).At(10);

        read.Should().Throw<AlignException>().WithMessage("*batch00010_rank00.npz: not found; the record has no batch 10 of rank 0");
    }

    [Fact]
    public void A_recording_has_the_losses_of_its_batches()
    {
        var losses = new RecordedBatches(Fixtures.PathOf("reference", "r18vd-96-calm")).Losses(0);

        losses.Keys.Should().BeEquivalentTo("loss_xy", "loss_wh", "loss_iou", "loss_obj", "loss_cls");
        losses.Values.Should().OnlyContain(loss => loss > 0);
    }

    [Fact]
    public void Slices_of_the_whole_are_what_two_ranks_recorded_and_merge_to_the_whole()
    {
        var folder = Fixtures.PathOf("reference", "r18vd-96-calm");
        var whole = new RecordedBatches(folder).At(3);
        var slices = Enumerable.Range(0, 2).Select(rank => new SlicedBatches(new RecordedBatches(folder), [2, 2], rank).At(3)).ToList();

        for (var rank = 0; rank < 2; rank++)
        {
            ShouldEqual(slices[rank], new RecordedBatches(Path.Combine(folder, "two_ranks"), rank).At(3));
        }

        ShouldEqual(BatchMerge.Merge(slices), whole);
    }

    [Fact]
    public void Unequal_slices_merge_to_the_whole()
    {
        var whole = new Batch(Tensors(), "file.npz");
        var slices = Enumerable.Range(0, 2).Select(rank => new SlicedBatches(new Fixed(whole), [0, 2], rank).At(0)).ToList();
        var split = () => new SlicedBatches(new Fixed(whole), [2, 1], 0).At(0);

        slices.Select(slice => slice.Count).Should().Equal(0, 2);
        ShouldEqual(BatchMerge.Merge(slices), whole);
        split.Should().Throw<AlignException>().WithMessage("file.npz: a batch of 2 images cannot be split into 2 + 1");
    }

    [Theory]
    [InlineData(8, 2, "4 4")]
    [InlineData(8, 3, "3 3 2")]
    [InlineData(2, 3, "1 1 0")]
    public void Splits_evenly(int images, int ranks, string expected) =>
        string.Join(' ', SlicedBatches.Even(images, ranks)).Should().Be(expected);

    [Fact]
    public void Batches_of_different_sizes_are_not_merged()
    {
        Batch small = new(Tensors(), "small.npz"),
            large = new(Tensors(replace: ("image", TensorData.Of<float>(new float[2 * 3 * 96 * 96], 2, 3, 96, 96))), "large.npz");
        var merge = () => BatchMerge.Merge([small, large]);

        merge
            .Should()
            .Throw<AlignException>()
            .WithMessage("large.npz has images of 96 pixels and small.npz of 64: images of different sizes cannot be stacked*");
    }

    private static string Refused(NamedTensors tensors)
    {
        var make = () => new Batch(tensors, "file.npz");

        return make.Should().Throw<AlignException>().Which.Message;
    }

    private static NamedTensors Tensors(string? without = null, (string Name, TensorData Tensor)? replace = null)
    {
        var tensors = new NamedTensors();
        foreach (
            var (name, shape) in new (string, long[])[]
            {
                ("loss_xy", []),
                ("target1", [2, 3, 26, 4, 4]),
                ("image", [2, 3, 64, 64]),
                ("gt_bbox", [2, 50, 4]),
                ("target0", [2, 3, 26, 2, 2]),
            }
        )
        {
            if (name != without)
            {
                tensors.Add(
                    name,
                    name == replace?.Name
                        ? replace.Value.Tensor
                        : TensorData.Of<float>(TestTensors.Values(name, TensorData.CountOf(shape)), shape)
                );
            }
        }

        return tensors;
    }

    private static void ShouldEqual(Batch found, Batch expected)
    {
        found.Named.Select(pair => pair.Key).Should().Equal(expected.Named.Select(pair => pair.Key));
        foreach (var (one, other) in found.Named.Zip(expected.Named))
        {
            one.Value.BitwiseEquals(other.Value).Should().BeTrue("of {0}", one.Key);
        }
    }

    private sealed class Fixed(Batch batch) : IBatchSource
    {
        public Batch At(int iteration) => batch;
    }
}
