using System.CommandLine;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Stages;
using PPYolo.Train.Inference;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo align inference.</summary>
internal static class AlignInferenceCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "A folder with r18vd.npz, r50vd.npz or both of the reference's inference; it is only read.",
            DefaultValueFactory = _ => "fixtures/inference",
        };
        var onnx = new Option<string?>("--onnx")
        {
            Description =
                "Runs this model of ppyolo export in ONNX Runtime instead, and compares it with the network of --weights and --config; "
                + "without these it has the reference's weights.",
            HelpName = "FILE",
        };
        var weights = InferenceOptionSet.Weights(required: false);
        var config = InferenceOptionSet.Config();
        var set = SharedOptions.Set();
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var json = SharedOptions.Json();
        var command = new Command(
            "inference",
            "Runs the reference's weights on its images and compares raw outputs, boxes, scores and the selection of six NMS settings."
        )
        {
            folder,
            onnx,
            weights,
            config,
            set,
            threads,
            device,
            json,
        };
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!);
            var verdict = result.GetValue(onnx) is { } model
                ? OfModel(model, result.GetValue(threads))
                : InferenceScenario.Run(result.GetValue(folder)!, new() { Device = where });
            return VerdictOutput.Show(verdict, result.GetValue(json));

            Verdict OfModel(string model, int threads)
            {
                if (result.GetValue(weights) is not { } source)
                {
                    return OnnxScenario.AgainstReference(model, result.GetValue(folder)!, threads);
                }

                var choice = ModelChoice.Of(source, result.GetValue(config), result.GetValue(set)!);
                using var detector = ModelWeights.Detector(
                    choice.Weights,
                    choice.Options.ToNetwork(),
                    fold: false,
                    where,
                    text => Console.Error.WriteLine($"ppyolo: {text}")
                );
                return OnnxScenario.AgainstNetwork(model, detector, choice.Options.EvalSize, threads);
            }
        });
        command.Validators.Add(result =>
        {
            bool withModel = result.GetValue(onnx) is not null,
                withWeights = result.GetValue(weights) is not null,
                withConfig = result.GetValue(config) is not null || result.GetValue(set)!.Length > 0;
            if ((withConfig && !withWeights) || (withWeights && !withModel))
            {
                result.AddError("--onnx FILE, --weights FILE and --config NAME belong together: a model, and what it was exported from");
            }
        });
        ModelChoice.RequireConfig(command, weights, config);
        return command;
    }
}
