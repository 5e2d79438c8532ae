using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Tests.Unit.Align.Formats;
using PPYolo.Train.Conversion;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Train.Conversion;

public sealed class WeightConversionTests : IDisposable
{
    private static readonly Lazy<NamedTensors> R18 = new(() => StartWeights.Parse("generator:3").For(NetworkPresets.R18Vd));

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Weights_of_Paddle_come_out_as_the_networks_with_every_bit()
    {
        var paddle = folder.File("paddle.npz");
        TensorFile.Write(
            paddle,
            Set(R18.Value.Where(pair => !IsCounter(pair.Key)).Select(pair => (PaddleNamesTests.ToPaddle(pair.Key), pair.Value)))
        );

        var report = WeightConversion.Run(paddle, folder.File("00.pth"));

        (report.FromPaddle, report.Network, report.Classes).Should().Be((true, "r18vd", 20));
        report.Added.Should().HaveCount(28).And.OnlyContain(name => IsCounter(name));
        report.Renamed.Should().HaveCountGreaterThan(50);
        using var checkpoint = Checkpoint.Read(folder.File("00.pth"));
        (checkpoint.StartEpoch, checkpoint.Optimizer.Kind).Should().Be((0, PickleKind.None));
        ShouldBe(checkpoint.Model, R18.Value);
    }

    [Fact]
    public void There_and_back_through_every_format_no_bit_changes()
    {
        string first = folder.File("a.pth"),
            second = folder.File("b.safetensors"),
            third = folder.File("c.npz"),
            last = folder.File("d.pth");
        TensorFile.Write(first, Set(R18.Value.Take(7).Select(pair => (pair.Key, pair.Value))));

        WeightConversion.Run(first, second);
        WeightConversion.Run(second, third);
        WeightConversion.Run(third, last);

        using var before = TensorFile.Read(first);
        using var after = TensorFile.Read(last);
        ShouldBe(after, before);
    }

    [Fact]
    public void What_a_checkpoint_has_beside_its_weights_is_named()
    {
        var checkpoint = new Checkpoint(3, Set([("weight", TensorData.Scalar(1f))]), PickleValue.Dict(("state", 1L)));
        checkpoint.AddExtra("more", 2L);
        checkpoint.Write(folder.File("a.pth"));

        WeightConversion
            .Run(folder.File("a.pth"), folder.File("b.npz"))
            .LeftOut.Select(entry => entry.Name)
            .Should()
            .Equal("start_epoch", "optimizer", "more");
    }

    [Fact]
    public void A_real_file_of_Paddle_is_mapped_and_its_misfits_are_listed()
    {
        var report = WeightConversion.Run(Fixture.PathOf("tiny.pdparams"), folder.File("tiny.pth"));

        report.LeftOut.Select(entry => entry.Name).Should().Equal(PaddleNames.NameTable);
        report.Nearest.Should().NotBeNull();
        report
            .OtherShape.Should()
            .Contain(text => text.StartsWith("backbone.conv1.conv1_1.conv.weight (4x3x3x3 in the file, ", StringComparison.Ordinal));
        using var tensors = TensorFile.Read(folder.File("tiny.pth"));
        tensors.Names.Should().Contain("backbone.conv1.conv1_1.norm.running_mean").And.Contain("yolo_head.yolo_output_0.weight");
    }

    [Fact]
    public void A_head_of_the_wanted_size_is_kept()
    {
        TensorFile.Write(folder.File("a.pth"), R18.Value);

        var report = WeightConversion.Run(folder.File("a.pth"), folder.File("b.pth"), new() { Classes = 20 });

        (report.HeadKept, report.ResizedTo).Should().Be((true, null));
        using var after = TensorFile.Read(folder.File("b.pth"));
        ShouldBe(after, R18.Value);
    }

    [Fact]
    public void A_head_of_another_size_is_resized_and_fits_that_network()
    {
        TensorFile.Write(folder.File("a.pth"), R18.Value);

        var report = WeightConversion.Run(folder.File("a.pth"), folder.File("b.pth"), new() { Network = "r18vd", Classes = 3 });

        (report.Classes, report.ResizedTo).Should().Be((20, 3));
        using var after = TensorFile.Read(folder.File("b.pth"));
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd with { Classes = 3 });
        NetworkState.Load(network, after);
        ShouldBe(
            Set(after.Where(pair => !HeadResize.IsHead(pair.Key)).Select(pair => (pair.Key, pair.Value))),
            Set(R18.Value.Where(pair => !HeadResize.IsHead(pair.Key)).Select(pair => (pair.Key, pair.Value)))
        );
    }

    [Fact]
    public void Resizing_keeps_IoU_boxes_and_objectness_and_averages_classes()
    {
        // One IoU channel for each of 3 anchors, then 5 + 2 channels each; the value is the channel's number.
        var head = TensorData.Of<float>([.. Enumerable.Range(0, 24).Select(channel => (float)channel)], 24);

        var resized = HeadResize.Resize(head, NetworkPresets.R50Vd, 3);

        resized
            .As<float>()
            .ToArray()
            .Should()
            .Equal(
                0,
                1,
                2,
                3,
                4,
                5,
                6,
                7,
                8.5f,
                8.5f,
                8.5f,
                10,
                11,
                12,
                13,
                14,
                15.5f,
                15.5f,
                15.5f,
                17,
                18,
                19,
                20,
                21,
                22.5f,
                22.5f,
                22.5f
            );
    }

    [Fact]
    public void Weights_of_another_network_are_refused_and_nothing_is_written()
    {
        TensorFile.Write(folder.File("a.pth"), R18.Value);

        FluentActions
            .Invoking(() => WeightConversion.Run(folder.File("a.pth"), folder.File("b.pth"), new() { Network = "r50vd" }))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*a.pth: expected the entries of r50vd; * missing (*--network*");

        folder.Names().Should().Equal("a.pth");
    }

    [Theory]
    [InlineData("resnet", null, "*there is no such network*")]
    [InlineData(null, 5, "*expected the weights of a known network*")]
    public void What_cannot_be_done_is_said(string? network, int? classes, string message)
    {
        TensorFile.Write(folder.File("a.npz"), Set([("weight", TensorData.Scalar(1f))]));

        FluentActions
            .Invoking(() =>
                WeightConversion.Run(folder.File("a.npz"), folder.File("b.pth"), new() { Network = network, Classes = classes })
            )
            .Should()
            .Throw<AlignException>()
            .WithMessage(message);

        folder.Names().Should().Equal("a.npz");
    }

    public void Dispose() => folder.Dispose();

    private static bool IsCounter(string name) => name.EndsWith("num_batches_tracked", StringComparison.Ordinal);

    private static void ShouldBe(NamedTensors found, NamedTensors expected)
    {
        found.Names.Should().Equal(expected.Names);
        found.Where(pair => !pair.Value.BitwiseEquals(expected[pair.Key])).Should().BeEmpty();
    }

    private static NamedTensors Set(IEnumerable<(string Name, TensorData Tensor)> entries)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in entries)
        {
            tensors.Add(name, tensor);
        }

        return tensors;
    }
}
