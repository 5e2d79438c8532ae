using System.Globalization;

namespace PPYolo.MakeScenes;

/// <summary>Deals classes: all of them in random order, then all again.</summary>
/// <param name="split">train or val.</param>
internal sealed class Deck(string split)
{
    private readonly Queue<int> left = new();
    private int dealt;

    public int Next()
    {
        if (left.Count == 0)
        {
            var dice = new Dice(string.Create(CultureInfo.InvariantCulture, $"scenes/{split}/deck/{dealt++}"));
            foreach (var index in Enumerable.Range(0, Designs.All.Count).OrderBy(_ => dice.Between(0, 1)))
            {
                left.Enqueue(index);
            }
        }

        return left.Dequeue();
    }
}
