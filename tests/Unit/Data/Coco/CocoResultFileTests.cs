using System.Text.Json;
using PPYolo.Align;
using PPYolo.Data.Coco;

namespace PPYolo.Tests.Unit.Data.Coco;

public sealed class CocoResultFileTests : IDisposable
{
    private readonly TemporaryFolder scratch = new();
    private readonly CocoResult result = new CocoScene { Categories = [new(1, "cat \"x\""), new(2, "dog")] }
        .Object(new(0, 0, 50, 50))
        .Object(new(100, 0, 50, 50))
        .Object(new(200, 0, 50, 50))
        .Found(new(0, 0, 50, 50))
        .Found(new(0, 0, 1, 1), category: 9)
        .Score();

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void Holds_everything_in_full_precision()
    {
        CocoResultFile.Write(scratch.File("out.json"), result);

        using var document = JsonDocument.Parse(File.ReadAllBytes(scratch.File("out.json")));
        var root = document.RootElement;
        root.EnumerateObject()
            .Select(member => member.Name)
            .Should()
            .Equal([.. CocoResult.StatNames, "images", "annotations", "detections", "per_category", "notes"]);
        root.GetProperty("AR100").GetDouble().Should().Be(result["AR100"]).And.BeApproximately(1 / 3.0, 1e-15);
        root.GetProperty("APlarge").GetDouble().Should().Be(-1);
        root.GetProperty("annotations").GetInt32().Should().Be(3);
        var cat = root.GetProperty("per_category")[0];
        cat.GetProperty("id").GetInt64().Should().Be(1);
        cat.GetProperty("name").GetString().Should().Be("cat \"x\"");
        cat.GetProperty("average_precision").GetDouble().Should().Be(result.PerCategory[0].AveragePrecision);
        root.GetProperty("per_category")[1].GetProperty("average_precision").GetDouble().Should().Be(-1);
        root.GetProperty("notes")[0].GetString().Should().Be(result.Notes[0]);
    }

    [Fact]
    public void Replaces_a_file_and_leaves_nothing_beside_it()
    {
        scratch.Write("out.json", new string('x', 100_000));

        CocoResultFile.Write(scratch.File("out.json"), result);

        scratch.Names().Should().Equal("out.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(scratch.File("out.json")));
    }

    [Fact]
    public void What_cannot_be_written_is_named_and_leaves_nothing_behind()
    {
        Directory.CreateDirectory(scratch.File("taken"));
        var onFolder = () => CocoResultFile.Write(scratch.File("taken"), result);
        var nowhere = () => CocoResultFile.Write(scratch.File("no/such/out.json"), result);

        onFolder.Should().Throw<AlignException>().WithMessage("*taken*");
        nowhere.Should().Throw<AlignException>().WithMessage("*no/such/out.json*");
        scratch.Names().Should().Equal("taken");
    }

    [Fact]
    public void The_summary_says_it_in_words()
    {
        var lines = CocoSummary.Format(result).Split('\n');

        lines[0].Should().Be("1 images, 3 objects, 1 detections");
        lines[1].Should().Be("AP         33.66  overlap 0.50:0.95, all sizes, 100 detections");
        lines[6].Should().StartWith("APlarge        -  ");
        lines.Should().Contain(line => line.EndsWith("  33.66  cat \"x\"", StringComparison.Ordinal));
        lines.Should().Contain("               -  dog");
        lines[^2].Should().StartWith("note: 1 detections are left out");
    }
}
