using System.CommandLine;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;
using PPYolo.Tests.Unit.Align.Formats;
using PPYolo.Train.Conversion;

namespace PPYolo.Tests.Unit.Train.Conversion;

/// <summary>What a conversion does where it is told to.</summary>
public sealed class ConversionOptionsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Matrices_of_Paddle_are_named_and_a_pattern_turns_them()
    {
        var source = Source("a.pdparams");

        var report = WeightConversion.Run(source, folder.File("b.npz"));
        var turned = WeightConversion.Run(source, folder.File("c.npz"), new() { Transpose = ["head.*.weight"] });

        report.Matrices.Should().Equal("head.fc.weight (2x3)", "embedding.weight (5x2)");
        Text(report).Should().Contain("2 NOT transposed").And.Contain("--transpose PATTERN");
        turned.Transposed.Should().Equal("head.fc.weight");
        turned.Matrices.Should().Equal("embedding.weight (5x2)");
        using var after = TensorFile.Read(folder.File("c.npz"));
        after["head.fc.weight"].Shape.Should().Equal(3, 2);
        after["head.fc.weight"].As<float>().ToArray().Should().Equal(1, 4, 2, 5, 3, 6);
        after["conv.weight"].Shape.Should().Equal(1, 1, 1, 2);
    }

    [Fact]
    public void A_pattern_of_no_matrix_is_refused()
    {
        var convert = () => WeightConversion.Run(Source("a.pdparams"), folder.File("b.npz"), new() { Transpose = ["conv.*"] });

        convert.Should().Throw<AlignException>().WithMessage("*a.pdparams: *--transpose conv.*says, found none; there are head.fc.weight*");
        File.Exists(folder.File("b.npz")).Should().BeFalse();
    }

    [Theory]
    [InlineData(ElementType.Float16, "a.npz")]
    [InlineData(ElementType.BFloat16, "a.safetensors")]
    [InlineData(ElementType.Float64, "a.pt")]
    [InlineData(ElementType.Float32, "a.bin")]
    public void Floating_point_tensors_get_the_type_that_is_asked_for(ElementType type, string name)
    {
        var report = WeightConversion.Run(Source("a.pdparams"), folder.File(name), new() { Type = type });

        using var after = TensorFile.Read(folder.File(name));
        after.Select(pair => pair.Value.Type).Should().Equal(type, type, type, ElementType.Int64);
        report.Overflowed.Should().Equal(type == ElementType.Float16 ? ["embedding.weight"] : []);
        Text(report).Should().Contain($"{(type == ElementType.Float32 ? 0 : 3)} of 4 tensors changed to {type.Name()}");
    }

    [Fact]
    public void A_prefix_is_taken_off_where_it_is()
    {
        WeightConversion.Run(Source("a.pdparams"), folder.File("b.npz"), new() { StripPrefix = "head." }).Notes.Should().HaveCount(1);

        using var after = TensorFile.Read(folder.File("b.npz"));
        after.Names.Should().Contain("fc.weight").And.Contain("conv.weight");
        FluentActions
            .Invoking(() => WeightConversion.Run(Source("a.pdparams"), folder.File("c.npz"), new() { StripPrefix = "body." }))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected names that begin with 'body.'*");
    }

    [Theory]
    [InlineData("a.pt")]
    [InlineData("a.bin")]
    public void Other_names_of_PyTorchs_files_are_bare_state_dicts(string name)
    {
        WeightConversion.Run(Source("a.pdparams"), folder.File(name));

        using var file = PickleFile.Read(folder.File(name));
        file.Root["head.fc.weight"].Kind.Should().Be(PickleKind.Tensor);
    }

    [Fact]
    public void The_command_line_takes_them_all()
    {
        var root = new RootCommand { ConvertCommand.Create() };
        string[] line =
        [
            "convert",
            Saved.File(folder, "a.pth", PickleValue.Dict(("x", PickleValue.Dict(("m.w", Matrix()))))),
            folder.File("b.npz"),
            "--key",
            "x",
            "--strip-prefix",
            "m.",
            "--transpose",
            "w",
            "--dtype",
            "float64",
        ];

        root.Parse(line).Invoke(new() { EnableDefaultExceptionHandler = false, Output = TextWriter.Null }).Should().Be(0);

        using var after = TensorFile.Read(folder.File("b.npz"));
        after["w"].As<double>().ToArray().Should().Equal(1, 4, 2, 5, 3, 6);
        root.Parse([.. line, "--key", "y"]).Errors.Should().NotBeEmpty();
        root.Parse(["convert", "a", "b", "--dtype", "int8"]).Errors.Should().NotBeEmpty();
    }

    private string Source(string name) =>
        Saved.File(
            folder,
            name,
            PickleValue.Dict(
                ("head.fc.weight", Matrix()),
                ("embedding.weight", TensorData.Of<float>([1e6f, .. new float[9]], 5, 2)),
                ("conv.weight", TensorData.Of<float>([1, 2], 1, 1, 1, 2)),
                ("count", TensorData.Of<long>([7], 1))
            )
        );

    private static TensorData Matrix() => TensorData.Of<float>([1, 2, 3, 4, 5, 6], 2, 3);

    private static string Text(ConversionReport report)
    {
        var writer = new StringWriter();
        report.WriteTo(writer);
        return writer.ToString();
    }
}
