using System.Text.Json;
using PPYolo.Align.Formats;
using PPYolo.Cli.Commands;
using PPYolo.Tests.Unit.Align.Formats;

namespace PPYolo.Tests.Unit.Align.Comparison;

/// <summary>What ppyolo diff says of what it did not compare.</summary>
public sealed class DiffContentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Weights_that_differ_beside_an_equal_number_are_diverged()
    {
        var (a, b) = (Checkpoint("a.pth", 1, 7), Checkpoint("b.pth", 2, 7));

        var (code, output, _) = Run(a, b);

        code.Should().Be(1);
        output
            .Should()
            .Contain("DIVERGED: 2 of 2 tensors")
            .And.Contain("a.pth, entry 'state_dict'")
            .And.Contain("best (beside the weights: a tensor, float32 scalar)");
    }

    [Fact]
    public void The_verdict_says_what_it_is_not_on_in_text_and_json()
    {
        var (a, b) = (Checkpoint("a.pth", 1, 7), Checkpoint("b.pth", 1, 8));

        var (code, output, _) = Run(a, b);
        var json = JsonDocument.Parse(Run(a, b, new() { Json = "-" }).Output).RootElement;

        code.Should().Be(0);
        output.Should().Contain("not compared, in the first:").And.Contain("optimizer (state of the training run, 1 tensor)");
        output.Should().Contain("Not compared: 6 other entries of the files.");
        json.GetProperty("notCompared").GetProperty("second").EnumerateArray().Should().HaveCount(3);
        json.GetProperty("compared").GetProperty("firstPlace").GetString().Should().Be("state_dict");
        json.GetProperty("compared").GetProperty("tensors").GetInt32().Should().Be(2);
        json.GetProperty("summary").GetString().Should().Contain("Not compared: 6");
    }

    [Fact]
    public void A_file_that_no_convention_decides_is_wrong_use_and_keys_decide_for_each_side()
    {
        var a = Saved.File(folder, "a.pth", PickleValue.List(Saved.Weights(1), Saved.Weights(2)));
        var b = Saved.File(folder, "b.pth", PickleValue.Dict(("first", Saved.Weights(1)), ("second", Saved.Weights(2))));

        var (code, output, errors) = Run(a, b);

        (code, output).Should().Be((2, ""));
        errors.Should().Contain("'0' (a dict with 2 tensors)").And.Contain("--key 0");
        Run(a, b, new() { Keys = ("0", "first") }).Code.Should().Be(0);
        Run(a, b, new() { Keys = ("0", "second") }).Code.Should().Be(1);
        Run(a, b, new() { Keys = ("1", "second") }).Code.Should().Be(0);
    }

    [Fact]
    public void Names_of_wrapped_networks_are_the_networks_with_a_note()
    {
        var a = Saved.File(folder, "a.pth", PickleValue.Dict(("module.w", Saved.Tensor(1))));
        var b = Saved.File(folder, "b.pth", PickleValue.Dict(("w", Saved.Tensor(1))));

        var (code, output, _) = Run(a, b);

        code.Should().Be(0);
        output.Should().Contain("'module.' was taken off the names of all tensors");
    }

    [Fact]
    public void A_tensor_of_a_type_that_is_not_read_is_never_aligned()
    {
        var header =
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"c\":{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[4,12]}}";
        File.WriteAllBytes(folder.File("a.safetensors"), Raw.Safetensors(header, 12));

        var (code, output, _) = Run(folder.File("a.safetensors"), folder.File("a.safetensors"));

        code.Should().Be(1);
        output.Should().Contain("type not read: 1").And.Contain("C64 against C64");
    }

    private string Checkpoint(string name, float weight, float best) =>
        Saved.File(
            folder,
            name,
            PickleValue.Dict(
                ("epoch", 1L),
                ("state_dict", Saved.Weights(weight)),
                ("best", Saved.Number(best)),
                ("optimizer", Saved.Optimizer(best))
            )
        );

    private static (int Code, string Output, string Errors) Run(string a, string b, DiffOptions? options = null)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = DiffCommand.Run(a, b, options ?? new(), output, errors);
        return (code, output.ToString(), errors.ToString());
    }
}
