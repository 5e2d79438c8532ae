using System.CommandLine;
using PPYolo.Align.Json;
using PPYolo.Data.Datasets;
using PPYolo.Data.Showing;
using PPYolo.Train.Options;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo data show.</summary>
internal static class DataShowCommand
{
    public static Command Create()
    {
        var dataset = new DatasetArguments();
        var output = new Option<string>("--out")
        {
            Description = "The page to write, an HTML file that needs nothing beside it.",
            HelpName = "PAGE.html",
            Required = true,
        };
        var config = SharedOptions.Config("ppyolo_r18vd_voc2012");
        var set = SharedOptions.Set();
        var seed = new Option<string>("--seed")
        {
            Description = "The seed of the batch that is shown, as of ppyolo train.",
            HelpName = "N",
            DefaultValueFactory = _ => "1",
        };
        var command = new Command(
            "show",
            "Writes a page that shows what is trained on: images as they are stored, augmented and resized for a batch, with boxes and "
                + "targets; how often classes and sizes occur; the bad records."
        )
        {
            output,
            config,
            set,
            seed,
        };
        dataset.AddTo(command);
        command.SetAction(result =>
        {
            var options = TrainOptionsFile.Read(result.GetValue(config)!, result.GetValue(set)!);
            var opened = DetectionDataset.Open(dataset.Find(result));
            var page = DatasetPage.Of(
                opened,
                options.ToNetwork(),
                new()
                {
                    Seed = result.GetValue(seed)!,
                    Batch = options.Batch,
                    Sizes = options.Sizes,
                }
            );
            AtomicText.Write(result.GetValue(output)!, page);
            Console.Out.WriteLine($"{opened.Layout.Recognized}\n{result.GetValue(output)}: written; open it in a browser");
            return ExitCode.Aligned;
        });
        return command;
    }
}
