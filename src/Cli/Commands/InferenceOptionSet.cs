using System.CommandLine;
using System.Globalization;
using PPYolo.Data.Showing;
using PPYolo.Train.Options;

namespace PPYolo.Cli.Commands;

/// <summary>Options of the commands that detect objects.</summary>
internal static class InferenceOptionSet
{
    public static Option<string?> Weights(bool required) =>
        new("--weights", "-c")
        {
            Description =
                "Weights: a checkpoint (its moving average is used), any other file of tensors, the folder of a run (its best checkpoint) "
                + "or of a record (its end weights).",
            HelpName = "FILE|DIR",
            Required = required,
        };

    public static Option<string?> Names() =>
        new("--names")
        {
            Description =
                "Class names: a text file with one on each line, or a COCO annotation file. Of a run's folder they are those of its "
                + "dataset, and 20 classes are those of VOC, unless given.",
            HelpName = "FILE",
        };

    public static Option<string?> Config() =>
        new("--config", "-f")
        {
            Description =
                $"The configuration of --weights: {string.Join(", ", TrainOptionsFile.Names)}, or a JSON file; that of the run where its "
                + "folder is named.",
            HelpName = "NAME|FILE",
        };

    public static Option<bool> Fuse() =>
        new("--fuse")
        {
            Description = "Folds norms into convolutions, which is quicker; false leaves them.",
            HelpName = "true|false",
            DefaultValueFactory = _ => true,
        };

    public static Option<double> Threshold(string description)
    {
        var threshold = new Option<double>("--threshold")
        {
            Description = description,
            HelpName = "T",
            DefaultValueFactory = _ => EvaluationPage.Threshold,
        };
        threshold.Validators.Add(result =>
        {
            if (
                result.Tokens.Count == 1
                && double.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value)
                && value is not (>= 0 and <= 1)
            )
            {
                result.AddError($"--threshold is 0 to 1, found {result.Tokens[0].Value}");
            }
        });
        return threshold;
    }

    public static Option<int> EvalBatchSize()
    {
        var batch = new Option<int>("--eval-batch-size", "-eb")
        {
            Description = "Images that the network sees at once in an evaluation.",
            HelpName = "N",
            DefaultValueFactory = _ => 1,
        };
        batch.Validators.Add(result => SharedOptions.RequirePositive(result, "--eval-batch-size"));
        return batch;
    }
}
