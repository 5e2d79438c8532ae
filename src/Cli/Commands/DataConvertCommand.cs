using System.CommandLine;
using PPYolo.Align;
using PPYolo.Data.Loading;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo data convert.</summary>
internal static class DataConvertCommand
{
    public static Command Create()
    {
        var dataset = new DatasetArguments();
        var output = new Argument<string>("OUT.json") { Description = "The COCO file to write." };
        var force = new Option<bool>("--force") { Description = "Overwrites a file that is there." };
        var command = new Command(
            "convert",
            "Writes a part of a dataset as a COCO file. Bad records are left out, and reported. The images stay where they are."
        )
        {
            output,
            force,
        };
        dataset.AddTo(command);
        command.SetAction(result =>
        {
            var file = result.GetValue(output)!;
            if (File.Exists(file) && !result.GetValue(force))
            {
                throw new AlignException($"{file}: there is a file already; name another, or overwrite it with --force");
            }

            var layout = dataset.Find(result);
            Console.Out.WriteLine(layout.Recognized);
            var written = DataConversion.Write(
                layout,
                file,
                problem => Console.Error.WriteLine($"ppyolo: left out or corrected: {problem}")
            );
            Console.Out.WriteLine(
                $"{file}: {written.Images.Length} images, {written.Annotations.Length} objects, {written.Categories.Length} classes; look "
                    + $"at it with: ppyolo data check {file} --images {layout.Images}"
            );
            return ExitCode.Aligned;
        });
        return command;
    }
}
