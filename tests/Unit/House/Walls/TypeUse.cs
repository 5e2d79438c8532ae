using Mono.Cecil;

namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>One type that uses another one.</summary>
internal sealed record TypeUse(Place From, Place To)
{
    /// <summary>All uses within and between rooms.</summary>
    public static IReadOnlyList<TypeUse> Within(IReadOnlyList<Room> rooms) => [.. rooms.SelectMany(room => UsesOf(room, rooms))];

    private static List<TypeUse> UsesOf(Room room, IReadOnlyList<Room> rooms)
    {
        using var module = room.Read();
        return
        [
            .. from type in module.Types
            let user = PlaceOf(type, rooms)
            where user is not null
            from used in UsedTypes.Of(type)
            let place = PlaceOf(used, rooms)
            where place is not null && place != user
            select new TypeUse(user, place),
        ];
    }

    private static Place? PlaceOf(TypeReference type, IReadOnlyList<Room> rooms)
    {
        var assembly = type.Scope is ModuleDefinition module ? module.Assembly.Name.Name : type.Scope.Name;
        var room = rooms.FirstOrDefault(it => it.Assembly == assembly);
        return room?.FolderOf(type) is { } folder ? new(room.Name, folder, type.FullName, room.FileOf(type)) : null;
    }
}
