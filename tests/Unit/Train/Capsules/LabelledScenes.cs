using System.Globalization;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.Train.Capsules;

/// <summary>Some images of fixtures/scenes, each with a label file of its own: two boxes, until one is spoilt.</summary>
internal sealed class LabelledScenes : IDisposable
{
    private const int Columns = 17;

    private readonly TemporaryFolder folder = new();

    public LabelledScenes(int images)
    {
        var source = Path.Combine(Fixtures.Root, "fixtures", "scenes", "images");
        Directory.CreateDirectory(folder.File("images"));
        Directory.CreateDirectory(folder.File("labels"));
        File.WriteAllText(
            folder.File("data.yaml"),
            $"train: images\nnames: [{string.Join(", ", Enumerable.Range(0, 20).Select(i => $"class{i}"))}]\n"
        );
        for (var i = 1; i <= images; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"train_{i:D4}");
            File.Copy(Path.Combine(source, $"{name}.jpg"), folder.File(Path.Combine("images", $"{name}.jpg")));
            File.WriteAllText(Labels(name), $"{i % 20} 0.4 0.4 0.3 0.3\n{(i + 1) % 20} 0.6 0.6 0.4 0.4\n");
        }
    }

    public TrainingData Open() => new DatasetData("1", DetectionDataset.Open(DatasetFinder.Find(folder.Path, "train"))) { Workers = 0 };

    /// <summary>The name of an image, without extension, that is in no batch before an iteration and in one of it.</summary>
    public string ImageAt(TrainOptions options, int iteration, int ranks)
    {
        var batches = Open().Batches(options, SlicedBatches.Even(options.Batch, ranks));
        var files = Enumerable
            .Range(0, ranks)
            .Select(batches)
            .SelectMany(rank => Enumerable.Range(0, iteration + 1).SelectMany(i => rank.At(i).Files.Select(file => (i, file))))
            .SelectMany(of => of.file.Split(" + ").Select(file => (of.i, Name: Path.GetFileNameWithoutExtension(file))))
            .ToLookup(of => of.Name, of => of.i);
        return files.First(of => of.Min() == iteration).Key;
    }

    /// <summary>Gives an image hundreds of boxes.</summary>
    public void Crowd(string name) =>
        File.WriteAllLines(
            Labels(name),
            Enumerable
                .Range(0, Columns * Columns)
                .Select(i =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"3 {((i % Columns) + 0.5) / Columns:F6} {((i / Columns) + 0.5) / Columns:F6} {1.0 / Columns:F6} {1.0 / Columns:F6}"
                    )
                )
        );

    public void Dispose() => folder.Dispose();

    private string Labels(string name) => folder.File(Path.Combine("labels", name + ".txt"));
}
