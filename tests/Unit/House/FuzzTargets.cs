using System.Text;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Golden;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts.Voc;
using PPYolo.Data.Layouts.Yolo;
using PPYolo.Tests.Unit.Align.Formats;
using PPYolo.Tests.Unit.Align.Golden;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.House;

/// <summary>Every reader of files that may come from anywhere: a good file to damage, and the reader.</summary>
internal static class FuzzTargets
{
    private static readonly Dictionary<string, (Func<byte[]> Good, Action<string, byte[]> Read)> All = new(StringComparer.Ordinal)
    {
        ["npy"] = (() => Fixed("single.npy"), Tensors),
        ["npz"] = (() => Fixed("tiny.npz"), Tensors),
        ["npz compressed"] = (() => Fixed("tiny_compressed.npz"), Tensors),
        ["pth"] = (() => Fixed("tiny.pth"), Tensors),
        ["pth legacy"] = (() => Fixed("tiny_legacy.pth"), Tensors),
        ["pdparams"] = (() => Fixed("tiny.pdparams"), Tensors),
        ["pdparams protocol 2"] = (() => Fixed("tiny_protocol2.pdparams"), Tensors),
        ["safetensors"] = (
            () => Written(".safetensors", path => TensorFile.Write(path, Samples.OfTypes(ElementType.Float32, ElementType.UInt16))),
            Tensors
        ),
        ["pickle"] = (
            () => Fixed("tiny.pth"),
            (path, _) =>
            {
                using var file = PickleFile.Read(path);
                Walk(file.Root, 0);
            }
        ),
        ["checkpoint"] = (() => Fixed("tiny.pth"), (path, _) => Checkpoint.Read(path).Dispose()),
        ["training state"] = (() => Written(".pth", State), (path, _) => TrainingState.Read(path).Dispose()),
        ["checkpoints.json"] = (
            () =>
                Encoding.UTF8.GetBytes(
                    """{"latest": "epoch0001.pth", "scores": [{"epoch": 1, "averagePrecision": 0.5, "figures": {"AP50": 1}}]}"""
                ),
            (path, _) => CheckpointIndex.Read(path)
        ),
        ["configuration"] = (
            () => Encoding.UTF8.GetBytes("""{"network": "r18vd", "sizes": [64, 96], "clipGradNorm": null, "emaDecayType": "normal"}"""),
            (path, _) => TrainOptionsFile.Read(path, [])
        ),
        ["COCO annotations"] = (() => Encoding.UTF8.GetBytes(Coco), (path, _) => CocoSetReader.Read(path)),
        ["COCO ground truth"] = (() => Encoding.UTF8.GetBytes(Coco), (path, _) => CocoGroundTruthReader.Read(path)),
        ["Pascal VOC"] = (() => Encoding.UTF8.GetBytes(Voc), (path, _) => RefuseFlaws(VocFile.Read(path).Flaws.Length)),
        ["YOLO labels"] = (
            () => Encoding.UTF8.GetBytes("1 0.5 0.5 0.25 1e-1\n0 0 0 1 0 1 1\n"),
            (path, _) =>
            {
                var read = YoloImage.Read(path + ".jpg", path, isPose: false);
                RefuseFlaws(read.Flaws.Length + (read.Problem is null ? 0 : 1));
            }
        ),
        ["data.yaml"] = (
            () =>
                Encoding.UTF8.GetBytes(
                    "path: ../set\ntrain: [a/images, b]\nval: c\nnames: {0: traffic light, 1: 'no'}\nkpt_shape: [2, 3]\n"
                ),
            (path, _) => YoloDescription.Read(path)
        ),
        ["COCO detections"] = (
            () => Encoding.UTF8.GetBytes("""[{"image_id": 1, "category_id": 7, "bbox": [1.5, 2, 3e0, 4], "score": 0.5}]"""),
            (path, _) => CocoDetectionReader.Read(path, new CocoGroundTruth([1], [new(7, "x")], []))
        ),
        ["golden"] = (() => Encoding.UTF8.GetBytes(GoldenText.Format(Runs.Golden())), (path, _) => GoldenText.Read(path)),
        ["run.json"] = (
            () =>
                Encoding.UTF8.GetBytes(
                    StrictJson.Text(
                        new RunSettings
                        {
                            Options = new() { Network = "r18vd" },
                            Data = "generator:1",
                            Seed = "1",
                            Init = "generator:1",
                            Ranks = 1,
                            Threads = 1,
                        }
                    )
                ),
            (path, bytes) =>
            {
                using var folder = new TemporaryFolder();
                File.WriteAllBytes(folder.File(RunSettings.FileName), bytes);
                RunSettings.Read(folder.Path);
            }
        ),
        ["PNG header"] = (
            () => File.ReadAllBytes(Fixtures.PathOf("transforms", "image0_120x90.png")),
            (_, bytes) => ImageHeader.Read(bytes, out var _).IsWhole(bytes)
        ),
        ["TIFF header"] = (
            () => [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0, 1, 4, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0],
            (_, bytes) => ImageHeader.Read(bytes, out var _)
        ),
        ["JPEG header"] = (
            () => File.ReadAllBytes(Fixtures.PathOf("scenes", "images", "train_0001.jpg"))[..700],
            (_, bytes) => ImageHeader.Read(bytes, out var _)
        ),
    };

    private const string Coco = """
        {"images": [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 10}], "categories": [{"id": 7, "name": "x"}],
         "annotations": [{"id": 3, "image_id": 1, "category_id": 7, "bbox": [1.5, 2, 3e0, 4], "area": 12, "iscrowd": 0}]}
        """;

    private const string Voc = """
        <annotation><filename>a.jpg</filename><size><width>20</width><height>10</height></size>
        <object><name>x</name><difficult>0</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>3.5</xmax><ymax>4</ymax></bndbox></object>
        </annotation>
        """;

    public static IEnumerable<string> Names => All.Keys;

    public static byte[] Good(string name) => All[name].Good();

    /// <summary>Reads a file.</summary>
    /// <returns>Whether it was read; else it was refused.</returns>
    public static bool Read(string name, string path, byte[] bytes)
    {
        try
        {
            All[name].Read(path, bytes);
            return true;
        }
        catch (AlignException exception)
        {
            exception.Message.Should().NotBeEmpty();
            return false;
        }
    }

    /// <summary>Readers that note what they cannot read, and go on.</summary>
    private static void RefuseFlaws(int flaws)
    {
        if (flaws > 0)
        {
            throw new AlignException($"{flaws} flaws");
        }
    }

    private static byte[] Fixed(string name) => File.ReadAllBytes(Fixture.PathOf(name));

    private static byte[] Written(string extension, Action<string> write)
    {
        using var folder = new TemporaryFolder();
        write(folder.File("a" + extension));
        return File.ReadAllBytes(folder.File("a" + extension));
    }

    private static void State(string path)
    {
        var tensors = Samples.OfTypes(ElementType.Float32, ElementType.Int64);
        var dict = PickleValue.Dict(tensors.Select(pair => ((PickleValue)pair.Key, (PickleValue)pair.Value)));
        var checkpoint = new Checkpoint(1, tensors, PickleValue.None);
        checkpoint.AddExtra(
            "ppyolo",
            PickleValue.Dict(("version", 1L), ("iteration", 2L), ("ema_updates", 2L), ("raw", dict), ("ema", dict))
        );
        checkpoint.Write(path);
    }

    private static void Tensors(string path, byte[] bytes)
    {
        using var tensors = TensorFormat.Read(new ByteSource(bytes, "mutant"), path);
        foreach (var (_, tensor) in tensors.Tensors)
        {
            tensor.Bytes.Span.IndexOf((byte)1);
        }
    }

    // A hostile file's values may contain themselves.
    private static void Walk(PickleValue value, int depth)
    {
        if (depth > 5)
        {
            return;
        }

        switch (value.Kind)
        {
            case PickleKind.List or PickleKind.Tuple:
                value.AsList().Take(50).ToList().ForEach(item => Walk(item, depth + 1));
                break;
            case PickleKind.Dict:
                value.AsDict().Take(50).ToList().ForEach(entry => Walk(entry.Value, depth + 1));
                break;
            default:
                _ = value.ToString();
                break;
        }
    }
}
