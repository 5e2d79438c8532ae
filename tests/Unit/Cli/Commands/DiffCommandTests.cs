using System.CommandLine;
using System.Text.Json;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;
using PPYolo.Tests.Unit.Align.Comparison;

namespace PPYolo.Tests.Unit.Cli.Commands;

public sealed class DiffCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(".pth")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Identical_files_are_aligned_in_every_format(string extension)
    {
        var a = Write("a" + extension, Pairs.Floats(1, 2));
        var b = Write("b" + extension, Pairs.Floats(1, 2));

        Run(a, b)
            .Should()
            .Match<Outcome>(outcome =>
                outcome.Code == 0 && outcome.Errors.Length == 0 && outcome.Output.Contains("ALIGNED: the tensor is equal, bit by bit.")
            );
        Run(a, a).Code.Should().Be(0);
    }

    [Fact]
    public void A_file_with_NaN_is_not_aligned_with_itself()
    {
        var a = Write("a.npz", Pairs.Floats(1, float.NaN));

        Run(a, a).Should().Match<Outcome>(outcome => outcome.Code == 1 && outcome.Output.Contains("NaN or infinity"));
    }

    [Fact]
    public void The_bound_decides()
    {
        var (a, b) = (Write("a.npz", Pairs.Floats(1)), Write("b.pth", Pairs.Floats(1.5f)));

        Run(a, b).Code.Should().Be(1);
        Run(a, b, new() { Bound = 0.25 }).Code.Should().Be(0);
    }

    [Fact]
    public void Of_a_checkpoint_the_model_is_compared()
    {
        var path = folder.File("checkpoint.pth");
        using (var checkpoint = new Checkpoint(3, Pairs.Set(("w", Pairs.Floats(1))), PickleValue.None))
        {
            checkpoint.Write(path);
        }

        Run(path, Write("plain.npz", Pairs.Floats(1))).Code.Should().Be(0);
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_named_in_one_line()
    {
        var a = Write("a.npz", Pairs.Floats(1));
        var garbage = folder.File("garbage.pth");
        File.WriteAllText(garbage, "this is no file of tensors");
        var empty = folder.File("empty.npz");
        TensorFile.Write(empty, []);

        foreach (var bad in new[] { folder.File("missing.pth"), garbage, empty, folder.Path })
        {
            foreach (var outcome in new[] { Run(a, bad), Run(bad, a), Run(a, a, new() { Start = bad }) })
            {
                outcome.Code.Should().Be(2);
                outcome.Output.Should().BeEmpty();
                outcome.Errors.TrimEnd().Should().StartWith("ppyolo: ").And.Contain(bad).And.NotContain("\n").And.NotContain("   at ");
            }
        }
    }

    [Theory]
    [InlineData("truncated.pth")]
    [InlineData("evil.pdparams")]
    [InlineData("shape_lies.npz")]
    public void A_hostile_file_is_refused(string name)
    {
        var path = Fixtures.PathOf("formats", "hostile", name);

        Run(path, path).Should().Match<Outcome>(outcome => outcome.Code == 2 && outcome.Errors.Contains(name));
    }

    [Fact]
    public void Of_a_record_the_recorded_end_is_compared_and_its_start_gives_the_movement()
    {
        var (first, second) = (Record("first", "1__", 3), Record("second", "1", 3.25f));
        Write("first/1.pth", Pairs.Floats(99));

        var outcome = Run(first, second, new() { Bound = 0.0625 });

        outcome.Code.Should().Be(0);
        outcome.Output.Should().Contain(Path.Combine(first, "1__.pth")).And.Contain(Path.Combine(second, "1.pth"));
        outcome.Output.Should().Contain("which are equal").And.Contain("first moved").And.Contain("4.00e+00").And.Contain("5.06e+00");
    }

    [Fact]
    public void Records_that_started_differently_are_said_to()
    {
        var (first, second) = (Record("first", "1__", 3), Record("second", "1__", 3));
        Write("second/000.pth", Pairs.Floats(1.5f));

        Run(first, second).Output.Should().Contain("NOT equal: the two runs did not start from the same weights");
    }

    [Fact]
    public void A_start_can_be_named_as_a_file_or_a_record()
    {
        var a = Write("a.npz", Pairs.Floats(3));
        var start = Write("start.npz", Pairs.Floats(1));

        Run(a, a).Output.Should().NotContain("first moved");
        Run(a, a, new() { Start = start }).Output.Should().Contain("first moved").And.Contain("4.00e+00");
        Run(a, a, new() { Start = Record("record", "1__", 7) }).Output.Should().Contain("first moved");
    }

    [Fact]
    public void Json_goes_to_the_console_alone_or_to_a_file_beside_the_text()
    {
        var (a, b) = (Write("a.npz", Pairs.Floats(1)), Write("b.npz", Pairs.Floats(2)));
        var target = folder.File("out.json");

        var console = Run(a, b, new() { Json = "-" });
        var file = Run(a, b, new() { Json = target });

        (console.Code, file.Code).Should().Be((1, 1));
        JsonDocument.Parse(console.Output).RootElement.GetProperty("aligned").GetBoolean().Should().BeFalse();
        JsonDocument
            .Parse(File.ReadAllText(target))
            .RootElement.GetProperty("tensors")[0]
            .GetProperty("metrics")
            .GetProperty("sumOfSquares")
            .GetDouble()
            .Should()
            .Be(1);
        file.Output.Should().Contain("DIVERGED");
        Run(a, b, new() { Json = Path.Combine(folder.Path, "no", "folder.json") }).Code.Should().Be(2);
    }

    [Fact]
    public void The_limit_is_kept_and_can_be_lifted()
    {
        var tensors = Pairs.Set([.. Enumerable.Range(0, 50).Select(i => ($"name{i}.", Pairs.Floats(i)))]);
        var a = folder.File("a.npz");
        TensorFile.Write(a, tensors);

        Names(Run(a, a)).Should().Be(DiffOptions.StandardLimit);
        Names(Run(a, a, new() { Limit = 5 })).Should().Be(5);
        Names(Run(a, a, new() { Limit = 0 })).Should().Be(0);
        Names(Run(a, a, new() { Limit = null })).Should().Be(50);

        static int Names(Outcome outcome) => outcome.Output.Split('\n').Count(line => line.StartsWith("  ok ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("diff --json A B", "-")]
    [InlineData("diff A --json B", "-")]
    [InlineData("diff A B --json", "-")]
    [InlineData("diff A B --json -", "-")]
    [InlineData("diff A B --json --limit 3", "-")]
    [InlineData("diff --d-value 0.1 --json A B --limit 3", "-")]
    [InlineData("diff A B --json OUT", "OUT")]
    [InlineData("diff A B --json=OUT", "OUT")]
    [InlineData("diff --json OUT A B", "OUT")]
    [InlineData("diff A --json OUT B --all", "OUT")]
    [InlineData("diff A B", null)]
    public void The_optional_value_of_json_swallows_neither_file(string line, string? target)
    {
        var files = new Dictionary<string, string>
        {
            ["A"] = Write("a.npz", Pairs.Floats(1)),
            ["B"] = Write("b.npz", Pairs.Floats(2)),
            ["OUT"] = folder.File("out.json"),
            ["--json=OUT"] = "--json=" + folder.File("out.json"),
        };
        var output = new StringWriter();

        var code = Invoke([.. line.Split(' ').Select(word => files.GetValueOrDefault(word, word))], output);

        code.Should().Be(1);
        File.Exists(files["OUT"]).Should().Be(target == "OUT");
        var json = target == "OUT" ? File.ReadAllText(files["OUT"]) : output.ToString();
        if (target is null)
        {
            json.Should().Contain("DIVERGED");
        }
        else
        {
            var root = JsonDocument.Parse(json).RootElement;
            root.GetProperty("first").GetString().Should().Be(files["A"]);
            root.GetProperty("second").GetString().Should().Be(files["B"]);
        }
    }

    [Theory]
    [InlineData("diff A")]
    [InlineData("diff A B C")]
    [InlineData("diff A B C D")]
    [InlineData("diff A B --d-value -1")]
    [InlineData("diff A B --d-value NaN")]
    [InlineData("diff A B --d-value much")]
    [InlineData("diff A B --limit -1")]
    [InlineData("diff A B --unknown")]
    public void Wrong_use_is_an_error_of_the_command_line(string line)
    {
        new RootCommand { DiffCommand.Create() }
            .Parse(line)
            .Errors.Should()
            .NotBeEmpty();
    }

    private static int Invoke(string[] arguments, TextWriter output)
    {
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            return new RootCommand { DiffCommand.Create() }
                .Parse(arguments)
                .Invoke(new() { EnableDefaultExceptionHandler = false });
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    private static Outcome Run(string a, string b, DiffOptions? options = null)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = DiffCommand.Run(a, b, options ?? new(), output, errors);
        return new(code, output.ToString(), errors.ToString());
    }

    private string Write(string name, TensorData tensor)
    {
        var path = folder.File(name);
        TensorFile.Write(path, Pairs.Set(("w", tensor)));
        return path;
    }

    private string Record(string name, string end, float weight)
    {
        Directory.CreateDirectory(folder.File(name));
        Write($"{name}/000.pth", Pairs.Floats(1));
        Write($"{name}/{end}.pth", Pairs.Floats(weight));
        return folder.File(name);
    }

    private sealed record Outcome(int Code, string Output, string Errors);
}
