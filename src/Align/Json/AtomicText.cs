namespace PPYolo.Align.Json;

/// <summary>Writes text files that are whole or not there.</summary>
public static class AtomicText
{
    /// <summary>Writes beside the name and renames into place.</summary>
    public static void Write(string path, string text)
    {
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, text + "\n");
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
