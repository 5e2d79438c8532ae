using System.CommandLine;
using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Cli.Output;
using PPYolo.Cli.Progress;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Layouts;
using PPYolo.Data.Showing;
using PPYolo.Train.Inference;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo eval: scores a file of detections, or weights on a dataset.</summary>
internal static class EvalCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Scores detections, or weights on a dataset, as COCO does: average precision and recall over IoU thresholds, object sizes "
        + "and numbers of detections.";

    public static Command Create()
    {
        var truth = new Option<string?>("--ground-truth")
        {
            Description = "COCO annotations that --detections are scored against.",
            HelpName = "FILE",
        };
        var detections = new Option<string?>("--detections")
        {
            Description = "COCO results: a list of image_id, category_id, bbox and score; it may be empty.",
            HelpName = "FILE",
        };
        var weights = InferenceOptionSet.Weights(required: false);
        var config = InferenceOptionSet.Config();
        var set = SharedOptions.Set();
        var data = new Option<string?>("--data")
        {
            Description = "With --weights: a dataset's folder (COCO, Pascal VOC, YOLO), or its annotation file.",
            HelpName = "DIR|FILE",
        };
        var images = new Option<string?>("--images")
        {
            Description =
                "The image folder: with --data, where it is none of the usual ones; with --detections and --html, for the page's pictures.",
            HelpName = "DIR",
        };
        var split = new Option<string>("--split")
        {
            Description = "With --data: which annotations of the folder.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "val",
        };
        var reading = new ReadingOptions();
        var batch = InferenceOptionSet.EvalBatchSize();
        var fold = InferenceOptionSet.Fuse();
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var json = new Option<string?>("--json")
        {
            Description = "Writes the twelve figures and each category's average precision in full precision; -1 is undefined.",
            HelpName = "FILE",
        };
        var html = new Option<string?>("--html")
        {
            Description =
                "Writes one page that needs nothing beside it: precision over recall, AP by class, a confusion matrix, and the images "
                + "with most misses and false detections.",
            HelpName = "FILE",
        };
        var threshold = InferenceOptionSet.Threshold(
            "With --html: detections with lower scores count in none of the page's confusion matrix and pictures."
        );
        var command = new Command("eval", Summary)
        {
            truth,
            detections,
            weights,
            config,
            set,
            data,
            images,
            split,
            batch,
            fold,
            threads,
            device,
            json,
            html,
            threshold,
        };
        foreach (var option in reading.All)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            string?[] files = [result.GetValue(truth), result.GetValue(detections)],
                parts = [result.GetValue(weights), result.GetValue(config), result.GetValue(data)];
            var scores = files.Any(file => file is not null);
            if (
                scores
                    ? files.Any(file => file is null) || parts.Any(part => part is not null)
                    : result.GetValue(weights) is null || result.GetValue(data) is null
            )
            {
                result.AddError(
                    "eval needs either --ground-truth and --detections (to score a file) or --weights, --config and --data (to detect "
                        + "and score)"
                );
            }
        });
        ModelChoice.RequireConfig(command, weights, config);
        command.SetAction(result =>
        {
            foreach (var option in new[] { json, html })
            {
                ReportPlace.Require(option, result.GetValue(option));
            }

            if (result.GetValue(detections) is { } file)
            {
                var annotations = result.GetValue(truth)!;
                var groundTruth = CocoGroundTruthReader.Read(annotations);
                var read = CocoDetectionReader.Read(file, groundTruth);
                var pictures = Pictures(result.GetValue(html) is null ? null : result.GetValue(images), annotations);
                return Show($"{file} against {annotations}", groundTruth, read, CocoEvaluator.Evaluate(groundTruth, read), pictures);
            }

            var model = ModelChoice.Of(result.GetValue(weights)!, result.GetValue(config), result.GetValue(set)!);
            var options = model.Options;
            OpenCv.Require();
            var layout = DatasetFinder.Find(
                result.GetValue(data)!,
                result.GetValue(split)!,
                result.GetValue(images),
                reading.Of(result) ?? model.Run?.Reading
            );
            var dataset = DetectionDataset.Open(
                layout,
                new() { Classes = options.Classes, Report = problem => Console.Error.WriteLine($"ppyolo: {problem}") }
            );
            var evaluation = new DatasetEvaluation(
                dataset,
                new()
                {
                    Network = options.ToNetwork(),
                    Size = options.EvalSize,
                    Batch = result.GetValue(batch),
                    Progress = Progress(dataset.Images.Length),
                }
            );
            using var detector = ModelWeights.Detector(
                model.Weights,
                options.ToNetwork(),
                result.GetValue(fold),
                SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!),
                text => Console.Error.WriteLine($"ppyolo: {text}")
            );
            var found = evaluation.Detect(detector);
            return Show(
                $"{model.Weights} on {layout.Annotations}",
                evaluation.Truth,
                found,
                evaluation.Score(found),
                new DatasetImages(dataset)
            );

            int Show(string title, CocoGroundTruth of, IReadOnlyList<CocoDetection> reported, CocoResult score, IPageImages pictures)
            {
                if (result.GetValue(json) is { } path)
                {
                    CocoResultFile.Write(path, score);
                }

                if (result.GetValue(html) is { } page)
                {
                    AtomicText.Write(page, EvaluationPage.Of(title, of, reported, score, result.GetValue(threshold), pictures));
                }

                Console.Out.WriteLine(FittedText.Of(CocoSummary.Format(score)));
                if (result.GetValue(html) is { } written)
                {
                    Console.Out.WriteLine($"{written}: written; open it in a browser");
                }

                return ExitCode.Aligned;
            }
        });
        return command;
    }

    private static FolderImages Pictures(string? folder, string annotations)
    {
        if (folder is not null)
        {
            OpenCv.Require();
        }

        return folder is null || Directory.Exists(folder)
            ? new(annotations, folder)
            : throw new AlignException($"--images {folder}: no such folder");
    }

    /// <summary>A line that is written over, for people.</summary>
    private static Action<int>? Progress(int images) =>
        Console.IsErrorRedirected ? null : done => SafeConsole.Error.Write($"\r{done} of {images} images{(done == images ? "\n" : "")}");
}
