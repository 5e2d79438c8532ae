using System.CommandLine;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Data.Imaging;
using PPYolo.Train.Inference;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo predict.</summary>
internal static class PredictCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary = "Detects objects in images, draws them with their names and scores, and writes them as COCO results.";

    /// <summary>The predictions of all images, beside the pictures.</summary>
    public const string JsonFile = "predictions.json";

    // More names would hide the picture's own line.
    private const int NamesShown = 5;

    public static Command Create()
    {
        var images = new Argument<string>("IMAGE|DIR")
        {
            Description = "An image, or a folder whose images are taken in the order of their names.",
        };
        var output = new Option<string>("--out")
        {
            Description = $"The folder for the pictures and {JsonFile}; made where it is not there.",
            HelpName = "DIR",
            Required = true,
        };
        var weights = InferenceOptionSet.Weights(required: true);
        var config = InferenceOptionSet.Config();
        var set = SharedOptions.Set();
        var threshold = InferenceOptionSet.Threshold("Objects with lower scores are left out.");
        var names = InferenceOptionSet.Names();
        var fold = InferenceOptionSet.Fuse();
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var command = new Command("predict", Summary) { images, output, weights, config, set, threshold, names, fold, threads, device };
        ModelChoice.RequireConfig(command, weights, config);
        command.SetAction(result =>
        {
            var model = ModelChoice.Of(result.GetValue(weights)!, result.GetValue(config), result.GetValue(set)!);
            var options = model.Options;
            var files = PredictionFiles.Find(result.GetValue(images)!);
            var folder = OutputFolder(result.GetValue(output)!, files[0]);
            var categories = model.Categories(result.GetValue(names));
            OpenCv.Require();
            using var detector = ModelWeights.Detector(
                model.Weights,
                options.ToNetwork(),
                result.GetValue(fold),
                SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!),
                text => Console.Error.WriteLine($"ppyolo: {text}")
            );
            var predictor = new Predictor(detector, categories, options.EvalSize, result.GetValue(threshold));
            Make(folder);
            var predictions = new List<ImagePrediction>();
            var pictures = PredictionFiles.PictureNames(files);
            for (var i = 0; i < files.Count; i++)
            {
                var place = files.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"[{i + 1}/{files.Count}] ");
                try
                {
                    var prediction = predictor.Predict(files[i], Path.Combine(folder, pictures[i]));
                    predictions.Add(prediction);
                    var shown = prediction
                        .Objects.Take(NamesShown)
                        .Select(found => string.Create(CultureInfo.InvariantCulture, $"{categories[found.Label].Name} {found.Score:0.00}"));
                    Console.Out.WriteLine(
                        $"{place}{Path.GetFileName(files[i])}: {prediction.Objects.Count} objects"
                            + $"{(prediction.Objects.Count == 0 ? "" : $": {string.Join(", ", shown)}")}"
                            + $"{(prediction.Objects.Count > NamesShown ? ", ..." : "")}"
                    );
                }
                catch (AlignException e) when (files.Count > 1)
                {
                    Console.Error.WriteLine($"ppyolo: {place}{e.Message}; skipped");
                }
            }

            if (predictions.Count == 0)
            {
                throw new AlignException($"{result.GetValue(images)}: none of its {files.Count} files is an image that can be decoded");
            }

            PredictionJson.Write(Path.Combine(folder, JsonFile), predictions, categories);
            Console.Out.WriteLine(
                $"{predictions.Sum(prediction => prediction.Objects.Count)} objects in {predictions.Count} images, "
                    + $"{files.Count - predictions.Count} skipped; pictures and {JsonFile} are in {folder}"
            );
            return ExitCode.Aligned;
        });
        return command;
    }

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AlignException($"--out {folder}: the folder cannot be made ({e.Message.TrimEnd('.')}); name another", e);
        }
    }

    /// <summary>Pictures have the names of their images and must not overwrite them.</summary>
    private static string OutputFolder(string folder, string image)
    {
        if (File.Exists(folder))
        {
            throw new AlignException($"--out {folder}: expected a folder, found a file");
        }

        return Path.GetFullPath(folder).TrimEnd(Path.DirectorySeparatorChar) == Path.GetDirectoryName(Path.GetFullPath(image))
            ? throw new AlignException($"--out {folder}: the images themselves are there, and would be overwritten; choose another folder")
            : folder;
    }
}
