using PPYolo.Align.Records;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Cli.Commands;

/// <summary>Says what a reader of a case file should be told, before anything is made of the file.</summary>
internal static class CaseNotes
{
    /// <summary>Writes a line for each, on the rank that speaks.</summary>
    public static void Say(CaseHead file) => Say(file.Notes);

    /// <summary>Writes a line for each, on the rank that speaks.</summary>
    public static void Say(IReadOnlyList<string> notes)
    {
        foreach (var note in MpiLaunch.IsSpeaker ? notes : [])
        {
            Console.Error.WriteLine($"ppyolo: {note}");
        }
    }
}
