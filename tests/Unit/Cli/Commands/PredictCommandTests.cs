using System.Text.Json;
using PPYolo.Align.Formats;
using PPYolo.Cli.Commands;
using PPYolo.Data.Datasets;
using PPYolo.Model.Networks;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>
/// ppyolo predict and ppyolo eval --weights, on a network of generated weights, which finds a hundred things in anything.
/// </summary>
public sealed class PredictCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string weights;

    public PredictCommandTests()
    {
        weights = folder.File("weights.npz");
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        TensorFile.Write(weights, NetworkState.Save(network));
    }

    private string Images => Directory.CreateDirectory(folder.File("images")).FullName;

    private string Out => folder.File("out");

    public void Dispose() => folder.Dispose();

    [SkippableFact]
    public void A_folder_is_predicted_and_files_that_are_no_images_are_skipped()
    {
        NativePixels.OrSkip();
        Copy("b.jpg", 1);
        Copy("a.jpg", 2);
        File.WriteAllText(Path.Combine(Images, "c.jpg"), "no image");
        File.WriteAllText(Path.Combine(Images, "notes.txt"), "not looked at");

        var run = Predict(Images, "--threshold", "0.1");

        run.ExitCode.Should().Be(ExitCode.Aligned, run.Error);
        run.Error.Should().Contain("[3/3]").And.Contain("c.jpg").And.Contain("skipped").And.NotContain("notes.txt");
        run.Output.Should().Contain("[1/3] a.jpg: ").And.Contain("[2/3] b.jpg: ").And.Contain("in 2 images, 1 skipped");
        Directory.EnumerateFiles(Out).Select(Path.GetFileName).Should().BeEquivalentTo("a.jpg", "b.jpg", PredictCommand.JsonFile);
        ImageFile
            .ReadHeader(Path.Combine(Out, "a.jpg"), out _)
            .Width.Should()
            .Be(ImageFile.ReadHeader(Path.Combine(Images, "a.jpg"), out _).Width);
        File.ReadAllBytes(Path.Combine(Out, "a.jpg"))
            .Should()
            .NotEqual(File.ReadAllBytes(Path.Combine(Images, "a.jpg")), "boxes are drawn");
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Out, PredictCommand.JsonFile)));
        var rows = json.RootElement.EnumerateArray().ToList();
        rows.Should().NotBeEmpty();
        rows.Select(row => (row.GetProperty("image_id").GetInt32(), row.GetProperty("file_name").GetString()))
            .Distinct()
            .Should()
            .Equal((1, "a.jpg"), (2, "b.jpg"));
        rows.Should()
            .OnlyContain(row =>
                row.GetProperty("score").GetDouble() >= 0.1
                && row.GetProperty("bbox")[2].GetDouble() > 0
                && row.GetProperty("bbox")[3].GetDouble() > 0
            );
        rows.Should()
            .OnlyContain(row => ClassNames(row.GetProperty("category_id").GetInt32()) == row.GetProperty("category_name").GetString());
    }

    [SkippableFact]
    public void Nothing_above_the_threshold_is_an_empty_list_and_the_image_as_it_was()
    {
        NativePixels.OrSkip();
        Copy("a.jpg", 1);

        var run = Predict(Images, "--threshold", "1");

        run.ExitCode.Should().Be(ExitCode.Aligned, run.Error);
        run.Output.Should().Contain("a.jpg: 0 objects");
        File.ReadAllText(Path.Combine(Out, PredictCommand.JsonFile)).Trim().Should().Be("[]");
    }

    public static TheoryData<string, string[], string> WrongUses =>
        new()
        {
            { "text.jpg", [], "text.jpg: expected an image" },
            { "images", [], "images: expected images" },
            { "nowhere", [], "nowhere: no such file or folder" },
            { "picture.jpg", ["--set", "classes=3"], "weights.npz: expected weights of 3 classes, found 20" },
            { "picture.jpg", ["--set", "network=r50vd"], "weights.npz: expected weights of the configured network, found those of r18vd" },
            { "picture.jpg", ["--threshold", "2"], "--threshold is 0 to 1, found 2" },
            { "picture.jpg", ["--names", "nowhere.txt"], "nowhere.txt" },
        };

    [SkippableTheory]
    [MemberData(nameof(WrongUses))]
    public void Wrong_use_is_one_line_and_exit_code_2(string input, string[] options, string message)
    {
        NativePixels.OrSkip();
        _ = Images;
        File.WriteAllText(folder.File("text.jpg"), "no image");
        File.Copy(Scene(1), folder.File("picture.jpg"));

        var run = Predict(folder.File(input), options);

        run.ExitCode.Should().Be(ExitCode.WrongUse);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("--help", StringComparison.Ordinal))
            .Should()
            .ContainSingle()
            .Which.Should()
            .StartWith("ppyolo: ")
            .And.Contain(message);
        (Directory.Exists(Out) ? Directory.GetFiles(Out) : []).Should().BeEmpty("nothing is left half done");
    }

    [SkippableFact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        NativePixels.OrSkip();
        Copy("a.jpg", 1);
        var place = Path.Combine(Images, "a.jpg", "found");

        var run = ConsoleCapture.Run("predict", Images, "--out", place, "--weights", weights, "--config", "ppyolo_r18vd_scenes");

        run.ExitCode.Should().Be(ExitCode.WrongUse);
        run.Error.Should().Contain($"ppyolo: --out {place}: the folder cannot be made");
    }

    [SkippableFact]
    public void Images_are_not_overwritten()
    {
        NativePixels.OrSkip();
        Copy("a.jpg", 1);

        var run = ConsoleCapture.Run("predict", Images, "--out", Images, "--weights", weights, "--config", "ppyolo_r18vd_scenes");

        run.ExitCode.Should().Be(ExitCode.WrongUse);
        run.Error.Should().Contain("overwritten");
        File.ReadAllBytes(Path.Combine(Images, "a.jpg")).Should().Equal(File.ReadAllBytes(Scene(1)));
    }

    [SkippableFact]
    public void Eval_scores_weights_whatever_the_batch_and_the_folding()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(5);
        set.Write();
        string[] command =
        [
            "eval",
            "--weights",
            weights,
            "--config",
            "ppyolo_r18vd_scenes",
            "--data",
            set.Layout.Annotations,
            "--set",
            "evalSize=64",
            "--json",
            folder.File("score.json"),
            "--html",
            folder.File("score.html"),
            "--threshold",
            "0.2",
        ];

        var refused = ConsoleCapture.Run(command);
        refused.ExitCode.Should().Be(ExitCode.WrongUse);
        refused.Error.Should().Contain("expected 20 categories").And.Contain("found 2");

        for (var id = 30; id < 48; id++)
        {
            set.Category(id, $"more {id}");
        }

        set.Write();
        var scores = new[] { command, [.. command, "--eval-batch-size", "3"], [.. command, "--fuse", "false"] }
            .Select(arguments =>
            {
                var run = ConsoleCapture.Run(arguments);
                run.ExitCode.Should().Be(ExitCode.Aligned, run.Error);
                run.Output.Should().Contain("5 images, 5 objects").And.Contain("score.html: written; open it in a browser");
                using var json = JsonDocument.Parse(File.ReadAllText(folder.File("score.json")));
                return json.RootElement.GetProperty("AR100").GetDouble();
            })
            .ToList();
        scores[0].Should().BeGreaterThanOrEqualTo(0);
        scores.Should().OnlyContain(score => Math.Abs(score - scores[0]) < 1e-6);
        var page = File.ReadAllText(folder.File("score.html"));
        page.Should()
            .Contain("<h2>Precision over recall</h2>")
            .And.Contain("Detections with a score of 0.2 or more count")
            .And.Contain("<figcaption>000001.jpg: 1 of 1 missed")
            .And.Contain("href=\"data:image/jpeg;base64,")
            .And.NotContain("<script");
        page.Length.Should().BeLessThan(2_000_000);
    }

    [SkippableFact]
    public void Eval_shows_detections_of_others_in_a_page_with_pictures_where_there_is_a_folder_of_images()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(2).Category(9, "</title><b>");
        set.Write();
        var detections = folder.File("found.json");
        File.WriteAllText(detections, """[{"image_id": 1, "category_id": 3, "bbox": [13, 10, 17, 25], "score": 0.75}]""");
        string[] command =
        [
            "eval",
            "--ground-truth",
            set.Layout.Annotations,
            "--detections",
            detections,
            "--html",
            folder.File("page.html"),
        ];

        ConsoleCapture.Run(command).ExitCode.Should().Be(ExitCode.Aligned);
        var bare = File.ReadAllText(folder.File("page.html"));
        var run = ConsoleCapture.Run([.. command, "--images", set.Layout.Images]);
        var page = File.ReadAllText(folder.File("page.html"));

        run.ExitCode.Should().Be(ExitCode.Aligned, run.Error);
        bare.Should().Contain("<li>image 1: 1 of 1 missed, 1 false</li>").And.NotContain("<figure>");
        page.Should()
            .Contain("<figcaption>000001.jpg: 1 of 1 missed, 1 false</figcaption>")
            .And.Contain(">false: third 0.75, is seventh</text>")
            .And.Contain(">missed: seventh</text>")
            .And.Contain("<li>seventh for third: 1 of 2</li>")
            .And.NotContain("<b>");
        ConsoleCapture.Run([.. command, "--images", folder.File("nowhere")]).Error.Should().Contain("nowhere: no such folder");
    }

    [Theory]
    [InlineData("--html", "nowhere/page.html", "there is no folder")]
    [InlineData("--json", "nowhere/score.json", "there is no folder")]
    [InlineData("--html", ".", "expected the name of a file to write, found a folder")]
    [InlineData("--html", "weights.npz/page.html", "there is no folder")]
    public void A_place_that_cannot_be_written_is_refused_before_the_evaluation(string option, string place, string message)
    {
        string[] command =
        [
            "eval",
            "--weights",
            folder.File("no weights"),
            "--config",
            "ppyolo_r18vd_scenes",
            "--data",
            folder.File("no data"),
        ];

        var run = ConsoleCapture.Run([.. command, option, Path.Combine(folder.Path, place)]);

        run.ExitCode.Should().Be(ExitCode.WrongUse);
        run.Error.TrimEnd().Should().NotContain("\n").And.StartWith("ppyolo: ").And.Contain(message);
        Directory.EnumerateFileSystemEntries(folder.Path).Should().ContainSingle("nothing is left behind but the weights");
    }

    [Fact]
    public void Eval_needs_a_file_or_weights_and_not_both()
    {
        foreach (
            var arguments in new string[][]
            {
                ["eval"],
                ["eval", "--weights", weights],
                ["eval", "--data", "set"],
                ["eval", "--ground-truth", "a"],
                ["eval", "--ground-truth", "a", "--detections", "b", "--data", "set"],
                ["eval", "--ground-truth", "a", "--detections", "b", "--weights", "c"],
            }
        )
        {
            var run = ConsoleCapture.Run(arguments);
            run.ExitCode.Should().Be(ExitCode.WrongUse);
            run.Error.Should().Contain("--ground-truth and --detections").And.Contain("--weights, --config and --data");
        }
    }

    private ConsoleCapture Predict(string input, params string[] options) =>
        ConsoleCapture.Run([
            "predict",
            input,
            "--out",
            Out,
            "--weights",
            weights,
            "--config",
            "ppyolo_r18vd_scenes",
            "--set",
            "evalSize=64",
            .. options,
        ]);

    private static string ClassNames(int id) => PPYolo.Data.Layouts.VocClasses.All[id - 1];

    private static string Scene(int id) => Fixtures.PathOf("scenes", "images", FormattableString.Invariant($"train_{id:D4}.jpg"));

    private void Copy(string name, int scene) => File.Copy(Scene(scene), Path.Combine(Images, name));
}
