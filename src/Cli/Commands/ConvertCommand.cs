using System.CommandLine;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;
using PPYolo.Train.Conversion;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo convert.</summary>
internal static class ConvertCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Turns weights of one file format into another, Paddle's names into PyTorch's, and says what was mapped, left out and not "
        + "matched.";

    public static Command Create()
    {
        var source = new Argument<string>("IN") { Description = $"Weights of {TensorFormat.Sources}; the content tells which." };
        var destination = new Argument<string>("OUT")
        {
            Description =
                $"The new file; its extension tells the format: {TensorFormat.WeightExtensions}. .pth has the reference's form, .pt and "
                + ".bin a bare state_dict.",
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
        var prefix = new Option<string?>("--strip-prefix") { Description = "Taken off the names that begin with it.", HelpName = "PREFIX" };
        var transpose = new Option<string[]>("--transpose")
        {
            Description =
                "Transposes matrices with such a name, where * and ? stand for any letters; may be repeated. Linear layers are [in, out] "
                + "in Paddle and [out, in] in PyTorch.",
            HelpName = "PATTERN",
        };
        var type = new Option<string?>("--dtype")
        {
            Description = "The type of floating-point tensors in the new file; integers stay.",
            HelpName = "float16|bfloat16|float32|float64",
        };
        type.AcceptOnlyFromAmong("float16", "bfloat16", "float32", "float64");
        var command = new Command("convert", Summary) { source, destination, key, network, classes, prefix, transpose, type };
        command.SetAction(result =>
        {
            var options = new ConversionOptions
            {
                Network = result.GetValue(network),
                Classes = result.GetValue(classes),
                Key = result.GetValue(key)?.FirstOrDefault(),
                StripPrefix = result.GetValue(prefix),
                Transpose = result.GetValue(transpose) ?? [],
                Type = result.GetValue(type) is { } name ? ElementTypes.FromName(name) : null,
            };
            WeightConversion.Run(result.GetValue(source)!, result.GetValue(destination)!, options).WriteTo(Console.Out);
            return ExitCode.Aligned;
        });
        return command;
    }
}
