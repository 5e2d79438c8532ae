using PPYolo.Peers.Measuring;

namespace PPYolo.Peers.Subjects.Tools;

/// <summary>The floor of whatever writes a file: as many bytes, from one buffer, into a new file that takes the old one's place.</summary>
internal sealed class WriteBytesSubject(string file, long length) : ISubject
{
    private readonly byte[] buffer = new byte[1 << 20];

    public void Run()
    {
        var temporary = file + ".tmp";
        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            for (long offset = 0; offset < length; offset += buffer.Length)
            {
                RandomAccess.Write(handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - offset)), offset);
            }
        }

        File.Move(temporary, file, overwrite: true);
    }

    public void Dispose() => File.Delete(file);
}
