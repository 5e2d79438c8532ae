using System.CommandLine;
using PPYolo.Align.Formats;
using PPYolo.Model.Networks;
using PPYolo.Train.Conversion;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo convert.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("IN") { Description = $"Weights of {TensorFormat.Sources}; the content tells which." };
        var destination = new Argument<string>("OUT")
        {
            Description = $"The new file; its extension tells the format: {TensorFormat.WeightExtensions}.",
        };
        var network = new Option<string?>("--network")
        {
            Description = "Refuses weights that are not exactly this network's, whatever their number of classes.",
            HelpName = string.Join('|', NetworkPresets.Names),
        };
        var classes = new Option<int?>("--classes", "-nc")
        {
            Description = "The number of classes that the head shall have: kept where it has them, else resized.",
            HelpName = "N",
            Validators = { result => SharedOptions.RequirePositive(result, "--classes") },
        };
        var key = DiffCommand.Key("The entry of IN whose tensors are converted, such as state_dict or 0/model; a dot takes all tensors.");
        key.Validators.Add(result =>
        {
            if (result.Tokens.Count > 1)
            {
                result.AddError($"--key is given once, found {result.Tokens.Count} times");
            }
        });
        var command = new Command(
            "convert",
            "Turns weights of one file format into another, Paddle's names into PyTorch's, and says what was mapped, left out and not "
                + "matched."
        )
        {
            source,
            destination,
            key,
            network,
            classes,
        };
        command.SetAction(result =>
        {
            WeightConversion
                .Run(
                    result.GetValue(source)!,
                    result.GetValue(destination)!,
                    result.GetValue(network),
                    result.GetValue(classes),
                    result.GetValue(key)?.FirstOrDefault()
                )
                .WriteTo(Console.Out);
            return ExitCode.Aligned;
        });
        return command;
    }
}
