using System.Text.Json;
using PPYolo.Data.Coco;

namespace PPYolo.Tests.Unit.Data.Coco;

/// <summary>From file to file against pycocotools' own results.</summary>
public sealed class CocoReferenceTests : IDisposable
{
    private const double Tolerance = 1e-9;
    private const int ReferenceSets = 220;
    private const int EdgeSets = 80;

    private readonly TemporaryFolder scratch = new();

    public static TheoryData<string, int> Sets
    {
        get
        {
            var sets = new TheoryData<string, int>();
            foreach (var (file, count) in new[] { ("sets.json.gz", ReferenceSets), ("edges.json.gz", EdgeSets) })
            {
                for (var index = 0; index < count; index++)
                {
                    sets.Add(file, index);
                }
            }

            return sets;
        }
    }

    public void Dispose() => scratch.Dispose();

    [Theory]
    [MemberData(nameof(Sets))]
    public void Equals_pycocotools(string file, int index)
    {
        var set = CocoSets.Get(file, index);
        var truth = scratch.Write("truth.json", set.GetProperty("ground_truth").GetRawText());
        var detections = scratch.Write("detections.json", set.GetProperty("detections").GetRawText());

        var read = CocoGroundTruthReader.Read(truth);
        var result = CocoEvaluator.Evaluate(read, CocoDetectionReader.Read(detections, read));
        CocoResultFile.Write(scratch.File("out.json"), result);

        using var written = JsonDocument.Parse(File.ReadAllBytes(scratch.File("out.json")));
        var expected = set.GetProperty("stats").EnumerateArray().Select(stat => stat.GetDouble()).ToArray();
        expected.Should().HaveCount(CocoResult.StatNames.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var name = CocoResult.StatNames[i];
            result.Stats[i].Should().BeApproximately(expected[i], Tolerance, "{0} is pycocotools'", name);
            written.RootElement.GetProperty(name).GetDouble().Should().Be(result.Stats[i], "{0} is written in full precision", name);
        }

        var perCategory = set.GetProperty("precision_mean_per_category").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        result.PerCategory.Should().HaveCount(perCategory.Length);
        for (var i = 0; i < perCategory.Length; i++)
        {
            result
                .PerCategory[i]
                .AveragePrecision.Should()
                .BeApproximately(perCategory[i], Tolerance, "category {0}", result.PerCategory[i].Category.Id);
        }
    }

    [Theory]
    [InlineData("sets.json.gz", ReferenceSets)]
    [InlineData("edges.json.gz", EdgeSets)]
    public void Every_set_is_compared(string file, int count)
    {
        CocoSets.Load(file).Should().HaveCount(count);
    }
}
