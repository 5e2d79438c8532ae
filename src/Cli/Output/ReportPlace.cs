using System.CommandLine;
using PPYolo.Align;
using PPYolo.Align.Formats.Bytes;

namespace PPYolo.Cli.Output;

/// <summary>Where a report shall be written.</summary>
internal static class ReportPlace
{
    /// <summary>Refuses a place where a report could not be written once everything is computed.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="path">The file; null and - are none.</param>
    /// <exception cref="AlignException">There is no such folder, or no file can be written there.</exception>
    public static void Require(Option<string?> option, string? path)
    {
        if (path is null or "-")
        {
            return;
        }

        if (path.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new AlignException($"{option.Name} {path}: there is no folder {folder}; make it first, or name another");
        }

        NewFile.Require(path);
    }
}
