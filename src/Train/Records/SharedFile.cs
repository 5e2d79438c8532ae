using System.Runtime.InteropServices;

namespace PPYolo.Train.Records;

/// <summary>One file under two names.</summary>
internal static partial class SharedFile
{
    /// <summary>
    /// Gives a file another name beside its own, as `ln` does, which takes neither time nor space; a copy where the file system cannot.
    /// Files of records are replaced as a whole and never written into, so that neither name sees what happens to the other.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="name">A path at which there is nothing yet.</param>
    public static void Add(string file, string name)
    {
        if (OperatingSystem.IsWindows() || Link(file, name) != 0)
        {
            File.Copy(file, name);
        }
    }

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
