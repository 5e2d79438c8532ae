using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using PPYolo.Align.Reports;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>What ppyolo explain --json writes is what docs/explanation.schema.json says, judged by a validator that is not ours.</summary>
public sealed class ExplanationSchemaTests : IDisposable
{
    private static readonly JsonSchema Schema = JsonSchema.FromFile(Path.Combine(AppContext.BaseDirectory, "explanation.schema.json"));

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Reports_of_the_command_are_valid()
    {
        var right = Record("right", new());
        var wrong = Record("wrong", PlantedFaults.Of("momentum 0.85").Training);

        Valid(Explain(right, wrong, ExitCode.Diverged)).GetProperty("frontier").ValueKind.Should().Be(JsonValueKind.Object);
        Valid(Explain(right, right, ExitCode.Aligned)).GetProperty("floor").GetProperty("twins").GetInt32().Should().Be(1);

        // What another implementation leaves: batches and weights.
        foreach (var run in new[] { right, wrong })
        {
            foreach (
                var file in Directory
                    .EnumerateFiles(run)
                    .Where(file =>
                        !Path.GetFileName(file).StartsWith("batch", StringComparison.Ordinal) && Path.GetExtension(file) != ".pth"
                    )
            )
            {
                File.Delete(file);
            }
        }

        var sparse = Valid(Explain(right, wrong, ExitCode.Diverged));
        sparse.GetProperty("floor").ValueKind.Should().Be(JsonValueKind.Null);
        sparse.GetProperty("lacked").GetArrayLength().Should().BeGreaterThan(2);
    }

    [Fact]
    public void Every_part_that_may_be_there_is_valid() => Valid(Document().ToJsonString());

    [Theory]
    [InlineData("$.causes", null)]
    [InlineData("$.causes[0].confidence", "2")]
    [InlineData("$.causes[0].evidence", "\"none\"")]
    [InlineData("$.frontier.phase", "\"optimizer\"")]
    [InlineData("$.frontier.iteration", "0.5")]
    [InlineData("$.exceeding[0].relative", "\"large\"")]
    [InlineData("$.exceeding[0].bound", null)]
    [InlineData("$.injection.confirmed", "\"yes\"")]
    [InlineData("$.floor.twins", "0")]
    [InlineData("$.losses[0].second", "null")]
    [InlineData("$.environment[0].first", "8")]
    [InlineData("$.version", "1")]
    [InlineData("$.firstBit.bound", null)]
    [InlineData("$.iterations.first", "\"10\"")]
    [InlineData("$.notCompared[0].share", "3")]
    [InlineData("$.format", "\"ppyolo-verdict\"")]
    [InlineData("$.more", "1")]
    public void A_damaged_report_is_not(string path, string? value)
    {
        var document = Document();
        var steps = path[2..].Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        JsonNode parent = document;
        foreach (var step in steps[..^1])
        {
            parent = (
                parent is JsonArray array ? array[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : parent[step]
            )!;
        }

        parent.AsObject().Remove(steps[^1]);
        if (value is not null)
        {
            parent[steps[^1]] = JsonNode.Parse(value);
        }

        Evaluate(document.ToJsonString()).IsValid.Should().BeFalse();
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A report that has everything that a report may have.</summary>
    private static JsonNode Document()
    {
        TraceKey key = new(TracePhase.Backward, "backbone.conv1"),
            later = new(TracePhase.Gradient, "backbone.conv1.conv.weight");
        var differences = new List<EntryDifference>
        {
            new(3, 1, key, 0.25, 1e-6, null),
            new(3, 1, later, double.NaN, 1e-6, "missing in the second run"),
            new(3, 1, later with { Name = "neck.weight" }, double.PositiveInfinity, 1e-6, null),
        };
        return JsonNode.Parse(
            ExplanationJson.Format(
                new(
                    "a",
                    "b",
                    new(differences, Bench.Floor)
                    {
                        NotCompared = [new("ema of the first run", 3, 0.5)],
                        Gap = new(differences[0], 2, later, 1),
                        Modules = new(3, 4),
                    },
                    [new("momentum", "Momentum is 0.85.", TracePhase.Momentum, 1, ["fitted"])]
                )
                {
                    Iterations = [0, 3],
                    Injection = new(3, key, 5, 1, later),
                    FloorSource = "2 perturbed twins of a, trained now",
                    Losses = [(0, 1.5, double.NaN), (1, double.PositiveInfinity, double.NegativeInfinity)],
                    Notes = ["repeated"],
                    Lacked = ["no trace"],
                    Environment = [("threads", "1", "2")],
                }
            )
        )!;
    }

    private static JsonElement Valid(string json)
    {
        var result = Evaluate(json);
        result
            .IsValid.Should()
            .BeTrue(
                string.Join(
                    "; ",
                    result
                        .Details.Where(detail => detail.HasErrors)
                        .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation} {error.Key}: {error.Value}"))
                )
            );
        return JsonSerializer.Deserialize<JsonElement>(json);
    }

    private static EvaluationResults Evaluate(string json) =>
        Schema.Evaluate(JsonNode.Parse(json), new EvaluationOptions { OutputFormat = OutputFormat.List });

    private string Explain(string first, string second, int expected)
    {
        var report = folder.File("report.json");
        CommandLine.Run(["explain", first, second, "--json", report]).Should().Be(expected);
        return File.ReadAllText(report);
    }

    private string Record(string name, Alteration fault)
    {
        var path = folder.File(name);
        RecordingLoop.Execute(Bench.Faulty(fault, 1) with { Iterations = 2 }, "calm", new(path) { Trace = new(), Twins = 1 });
        return path;
    }
}
