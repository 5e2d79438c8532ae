using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PPYolo.Align;
using PPYolo.Train.Inference;
using PPYolo.Train.Inference.Export;
using PPYolo.Train.Runtime;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo export.</summary>
internal static class ExportCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Writes a trained network as an ONNX model, which runs without TorchSharp: normalized images in, boxes and scores out.";

    private const string AnySize = "dynamic",
        Extension = ".onnx";

    private const int LargestSize = 2048;

    public static Command Create()
    {
        var weights = InferenceOptionSet.Weights(required: true);
        var config = InferenceOptionSet.Config();
        var set = SharedOptions.Set();
        var output = new Option<string>("--out")
        {
            Description = $"The new file, whose name ends in {Extension}.",
            HelpName = "FILE",
            Required = true,
        };
        var size = new Option<string?>("--size")
        {
            Description =
                $"The side of its images in pixels, a multiple of 32, or {AnySize} for any; the configuration's evalSize unless given.",
            HelpName = $"S|{AnySize}",
        };
        size.Validators.Add(RequireSize);
        var deformable = new Option<string>("--deformable")
        {
            Description = "The operator of deformable convolutions: GridSample is for runtimes that lack DeformConv.",
            HelpName = string.Join('|', Enum.GetNames<DeformableForm>()),
            DefaultValueFactory = _ => nameof(DeformableForm.DeformConv),
        };
        deformable.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Enum.GetNames<DeformableForm>().Contains(token.Value))
            {
                result.AddError($"--deformable is {string.Join(" or ", Enum.GetNames<DeformableForm>())}, found {token.Value}");
            }
        });
        var names = InferenceOptionSet.Names();
        var command = new Command("export", Summary) { weights, config, set, output, size, deformable, names };
        ModelChoice.RequireConfig(command, weights, config);
        command.SetAction(result =>
        {
            string path = result.GetValue(output)!,
                from = result.GetValue(weights)!;
            if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            {
                throw new AlignException($"--out {path}: expected a name that ends in {Extension}");
            }

            NativeLibraries.RequireTorch();
            var model = ModelChoice.Of(from, result.GetValue(config), result.GetValue(set)!);
            var settings = model.Options;
            var options = new ExportOptions
            {
                Size =
                    result.GetValue(size) is not { } side ? settings.EvalSize
                    : side == AnySize ? null
                    : int.Parse(side, CultureInfo.InvariantCulture),
                Deformable = Enum.Parse<DeformableForm>(result.GetValue(deformable)!),
                ClassNames = [.. model.Categories(result.GetValue(names)).Select(category => category.Name)],
                Name = result.GetValue(config) is { } named
                    ? Path.GetFileNameWithoutExtension(named)
                    : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(from))),
            };
            using var network = ModelWeights.Network(
                model.Weights,
                settings.ToNetwork(),
                text => Console.Error.WriteLine($"ppyolo: {text}")
            );
            var (opset, boxes) = OnnxExport.Write(path, network, options);
            Console.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path}: {settings.Network} with {settings.Classes} classes, {Images(options.Size, boxes)}; opset {opset}, "
                        + $"{new FileInfo(path).Length / 1e6:0.0} MB"
                )
            );
            return ExitCode.Aligned;
        });
        return command;
    }

    private static string Images(int? size, long? boxes) =>
        size is null
            ? "images of any side that is a multiple of 32"
            : string.Create(CultureInfo.InvariantCulture, $"images of {size} x {size} pixels, {boxes} boxes in each");

    private static void RequireSize(OptionResult result)
    {
        if (
            result.Tokens is [var token]
            && token.Value != AnySize
            && !(
                int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var side)
                && side is >= 32 and <= LargestSize
                && side % 32 == 0
            )
        )
        {
            result.AddError($"--size is a multiple of 32 up to {LargestSize}, or {AnySize}, found {token.Value}");
        }
    }
}
