using Onnx;
using PPYolo.Align;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Inference.Export;

namespace PPYolo.Tests.Unit.Train.Inference.Export;

/// <summary>What is in an exported file; tests of Harness/Stages run it.</summary>
public sealed class OnnxExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Path => folder.File("model.onnx");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("r18vd", DeformableForm.DeformConv, 16)]
    [InlineData("r50vd", DeformableForm.DeformConv, 19)]
    [InlineData("ppyolov2_r50vd", DeformableForm.GridSample, 16)]
    public void Every_weight_is_written_once_under_its_key_and_no_norm_is(string name, DeformableForm form, int opset)
    {
        var options = NetworkPresets.Find(name)!;
        using var network = TestTensors.Network(options);

        OnnxExport.Write(Path, network, Exported.Any with { Deformable = form }).Opset.Should().Be(opset);

        var model = Exported.Read(Path);
        var written = model.Graph.Initializer.Where(value =>
            value.Name.StartsWith("backbone", StringComparison.Ordinal)
            || value.Name.StartsWith("neck", StringComparison.Ordinal)
            || value.Name.StartsWith("yolo_head", StringComparison.Ordinal)
        );
        written
            .Select(value => value.Name)
            .Should()
            .BeEquivalentTo(
                StateEntries.Of(network).Select(entry => entry.Key).Where(key => !key.Contains("norm.", StringComparison.Ordinal))
            );
        model.OpsetImport.Single().Version.Should().Be(opset);
        model.Graph.Node.Select(node => node.OpType).Should().NotContain("BatchNormalization");
        model.Graph.Node.Count(node => node.OpType == "DeformConv").Should().Be(opset == 19 ? 3 : 0);
        model.Graph.Node.SelectMany(node => node.Output).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_fixed_size_is_in_the_shapes_and_names_of_classes_are_in_the_metadata()
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd with { Classes = 2 });

        OnnxExport.Write(Path, network, new() { Size = 96, ClassNames = ["a", "b"] }).Boxes.Should().Be(135);

        var model = Exported.Read(Path);
        model
            .Graph.Input.Concat(model.Graph.Output)
            .Select(value => $"{value.Name} {string.Join(',', value.Type.TensorType.Shape.Dim.Select(Shown))}")
            .Should()
            .Equal("image batch,3,96,96", "im_size batch,2", "boxes batch,135,4", "scores batch,135,2");
        model.MetadataProps.Single().Should().Be(new StringStringEntryProto { Key = "names", Value = "a\nb" });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16)]
    [InlineData(100)]
    public void A_side_that_is_no_multiple_of_32_is_refused(int size)
    {
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd);

        FluentActions
            .Invoking(() => OnnxExport.Write(Path, network, Exported.Any with { Size = size }))
            .Should()
            .Throw<ArgumentException>()
            .WithMessage("*multiple of 32*");
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named_and_nothing_is_left()
    {
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd);
        Directory.CreateDirectory(Path);

        FluentActions
            .Invoking(() => OnnxExport.Write(Path, network, Exported.Any))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"{Path}: expected the name of a file to write, found a folder*");
        Directory.GetFileSystemEntries(folder.Path).Should().Equal(Path);
    }

    private static string Shown(TensorShapeProto.Types.Dimension extent) => extent.HasDimParam ? extent.DimParam : $"{extent.DimValue}";
}
