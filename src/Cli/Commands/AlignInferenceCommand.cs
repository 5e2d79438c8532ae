using System.CommandLine;
using PPYolo.Harness.Stages;

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
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var json = SharedOptions.Json();
        var command = new Command(
            "inference",
            "Runs the reference's weights on its images and compares raw outputs, boxes, scores and the selection of six NMS settings."
        )
        {
            folder,
            threads,
            device,
            json,
        };
        command.SetAction(result =>
            VerdictOutput.Show(
                InferenceScenario.Run(
                    result.GetValue(folder)!,
                    new() { Device = SharedOptions.Prepare(result.GetValue(threads), result.GetValue(device)!) }
                ),
                result.GetValue(json)
            )
        );
        return command;
    }
}
