const NETWORK = 'this board has no ActivityPub';
const AREAS = 'this board has no message areas and no mail between users';
const FILES = 'this board has no file areas';
const DOORS = 'of doors this board has abracadabra, bbs_link and door_party';
const BOARDS = 'this board keeps no list of other boards';
const RELAY = 'this board has no chat with other boards';
const TALK = 'this board has no rumours and no chat between nodes';
const OTHER = 'this board does not keep what it shows';

/**
 * Modules that boards of ENiGMA½ have and this one has not, with the reason: it signs callers in.
 * A menu that names one is a warning that says so, and callers pass it by (`registry.ts`).
 */
export const ABSENT_MODULES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    msg_list: AREAS,
    msg_area_list: AREAS,
    msg_conf_list: AREAS,
    msg_area_post_fse: `${AREAS}; with \`toUserId: 1\` it is a letter to the sysop`,
    msg_area_reply_fse: AREAS,
    msg_area_view_fse: AREAS,
    message_base_search: AREAS,
    my_messages: AREAS,
    new_scan: AREAS,
    set_newscan_date: AREAS,
    autosig_edit: AREAS,
    file_area_list: FILES,
    file_base_area_select: FILES,
    file_base_search: FILES,
    file_base_list_export: FILES,
    file_base_download_manager: FILES,
    file_base_web_download_manager: FILES,
    file_transfer_protocol_select: FILES,
    file_transfer: FILES,
    file_area_filter_edit: FILES,
    file_base_user_list_export: FILES,
    message_base_qwk_export: AREAS,
    configure_newscan: AREAS,
    binkp_poll: AREAS,
    ap_search: NETWORK,
    social_manager: NETWORK,
    activity_pub_msg_list: NETWORK,
    activity_pub_msg_viewer: NETWORK,
    upload: FILES,
    v86_door: DOORS,
    zmachine_door: DOORS,
    goldmine: DOORS,
    archaicnet: DOORS,
    exodus: DOORS,
    combatnet: DOORS,
    bbs_list: BOARDS,
    mrc: RELAY,
    erc_client: RELAY,
    rumorz: TALK,
    sysop_chat: TALK,
    wfc: OTHER,
    top_x: OTHER,
    user_achievements_earned: OTHER,
  }),
);
