using System.CommandLine;
using PPYolo.Train.Evaluation;

namespace PPYolo.Train.Cli;

/// <summary>ppyolo eval.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var truth = new Option<string>("--ground-truth") { Description = "COCO annotations.", HelpName = "FILE", Required = true };
        var detections = new Option<string>("--detections") { Description = "COCO results: a list of image_id, category_id, bbox and score; it may be empty.", HelpName = "FILE", Required = true };
        var json = new Option<string?>("--json") { Description = "Writes the twelve figures and each category's average precision in full precision; -1 is undefined.", HelpName = "FILE" };
        var command = new Command("eval", "Scores detections as COCO does: average precision and recall over IoU thresholds, object sizes and numbers of detections.") { truth, detections, json };
        command.SetAction(result =>
        {
            Console.Out.WriteLine(CocoSummary.Format(CocoEvaluation.Run(result.GetValue(truth)!, result.GetValue(detections)!, result.GetValue(json))));
            return ExitCode.Aligned;
        });
        return command;
    }
}
