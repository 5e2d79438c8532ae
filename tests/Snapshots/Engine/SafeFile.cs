namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Writes a file beside its name and renames it into place, so that nobody ever sees half of one.</summary>
internal static class SafeFile
{
    public static async Task Write(string path, Func<Stream, Task> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await write(stream);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            // After the rename there is nothing left to delete, and that is no error.
            File.Delete(temporary);
        }
    }
}
